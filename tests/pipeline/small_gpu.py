"""A GPU whose memory is never enough."""

from __future__ import annotations

import torch


class SmallGpu:
    """What runs out of memory on anything but the CPU, whatever the batch."""

    def __init__(self, real, device_of):
        self.real, self.device_of, self.tried = real, device_of, []

    def __call__(self, *arguments, **options):
        device = self.device_of(arguments, options)
        self.tried.append(device.type)
        if device.type != "cpu":
            raise torch.OutOfMemoryError
        return self.real(*arguments, **options)
