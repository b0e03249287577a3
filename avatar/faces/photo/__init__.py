"""A portrait of somebody who agreed, animated by warping: no model, no GPU, nothing to download."""
