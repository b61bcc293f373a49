"""What a child costs beyond the place, and services that follow no child."""
