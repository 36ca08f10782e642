"""Registers the room with Django."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "fullcircle.store"
    label = "store"
