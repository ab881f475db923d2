"""Results as pictures: svg, png and gif."""
