"""An amount of a carrier becomes tce (and CO2), with the figure that did it."""
