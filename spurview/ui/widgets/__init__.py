"""Small widgets that several panes share; they know the theme, not the document."""
