"""import-linter's contracts without the tests that live beside the product, and one of our own for connectors."""

from typing import Any

from grimp import ImportGraph
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain import fields
from importlinter.domain.contract import ContractCheck


def drop_tests(graph: ImportGraph) -> None:
    """A connector's tests lie in its folder and use `testing`; the walls are about the product."""
    for module in sorted(graph.modules):
        if any(part == "conftest" or part.startswith("test_") for part in module.split(".")):
            graph.remove_module(module)


class RoomsContract(LayersContract):
    """`layers`, without tests."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        drop_tests(graph)
        return super().check(graph, verbose)


class NeverContract(ForbiddenContract):
    """`forbidden`, without tests, and content with rooms that do not exist yet: the rooms contract knows every name."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        drop_tests(graph)
        here: Any = self
        here.source_modules = {one for one in here.source_modules if str(one) in graph.modules}
        here.forbidden_modules = {
            one for one in here.forbidden_modules if not str(one).startswith("fullcircle.") or str(one) in graph.modules
        }
        return super().check(graph, verbose)


class PlatformsContract(IndependenceContract):
    """The folders of `package` that hold a `connector` module are independent, by whatever way round.

    The table that declares connectors imports them all, so a connector that imports the table breaks this too.
    """

    modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        drop_tests(graph)
        here: Any = self
        package = str(self.package)
        folders = {module.removesuffix(".connector") for module in graph.modules if module.endswith(".connector")}
        here.modules = {
            fields.ModuleExpressionField().parse(folder) for folder in folders if folder.rpartition(".")[0] == package
        }
        return super().check(graph, verbose)
