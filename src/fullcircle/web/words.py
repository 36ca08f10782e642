"""Template filters: moments and counts in words."""

from django import template

register = template.Library()
