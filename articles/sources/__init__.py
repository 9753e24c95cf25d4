"""Sources: their identifiers, their CSL-JSON and the reference that readers see."""
