"""Teachers: any language model, or the domain's own rulebook."""
