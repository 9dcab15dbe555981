"""The public names, for type checkers and editors."""

from pint import UnitRegistry

import energybench.energy.conversion
import energybench.tables.names
from energybench import accounts as accounts
from energybench import errors as errors
from energybench import frames as frames
from energybench import limits as limits
from energybench import report as report
from energybench import tables as tables
from energybench import targets as targets
from energybench import testing as testing
from energybench import units as units
from energybench.accounts.account import Account as Account
from energybench.accounts.account import Contribution as Contribution
from energybench.accounts.account import account as account
from energybench.accounts.control import AccountingRules as AccountingRules
from energybench.accounts.control import ControlledEnergy as ControlledEnergy
from energybench.accounts.control import Use as Use
from energybench.accounts.control import control_energy as control_energy
from energybench.accounts.sharing import Sharing as Sharing
from energybench.accounts.sharing import share as share
from energybench.energy.carbon import Emission as Emission
from energybench.energy.carbon import to_co2 as to_co2
from energybench.energy.coal_rates import CoalRate as CoalRate
from energybench.energy.coal_rates import coal_rate as coal_rate
from energybench.energy.coefficients import Coefficient as Coefficient
from energybench.energy.conversion import Conversion as Conversion
from energybench.energy.conversion import coefficient as coefficient
from energybench.energy.conversion import convert as convert
from energybench.energy.conversion import to_tce as to_tce
from energybench.energy.gas_and_steam import ReferenceVolume as ReferenceVolume
from energybench.energy.gas_and_steam import SteamHeat as SteamHeat
from energybench.energy.gas_and_steam import steam_heat as steam_heat
from energybench.energy.gas_and_steam import to_reference as to_reference
from energybench.energy.lines import Line as Line
from energybench.energy.measured import Measured as Measured
from energybench.energy.measured import measured as measured
from energybench.errors import EnergybenchError as EnergybenchError
from energybench.frames import Assessment as Assessment
from energybench.frames import Explanation as Explanation
from energybench.frames import assess as assess
from energybench.frames import assess_path as assess_path
from energybench.frames import explain as explain
from energybench.limits import corrections as corrections
from energybench.limits import furnaces as furnaces
from energybench.limits import ladders as ladders
from energybench.limits import verdicts as verdicts
from energybench.limits.choose import Applied as Applied
from energybench.limits.choose import find_ladder as find_ladder
from energybench.limits.choose import timeline as timeline
from energybench.limits.classify import classify as classify
from energybench.limits.classify import classify_all as classify_all
from energybench.limits.furnaces import FurnaceLimit as FurnaceLimit
from energybench.limits.furnaces import furnace_limit as furnace_limit
from energybench.limits.ladders import Ladder as Ladder
from energybench.limits.ladders import Level as Level
from energybench.limits.verdicts import Decision as Decision
from energybench.limits.verdicts import Verdict as Verdict
from energybench.limits.what_if import Sensitivity as Sensitivity
from energybench.report.receipts import Replay as Replay
from energybench.report.receipts import replay as replay
from energybench.report.workbook import BlankForm as BlankForm
from energybench.report.workbook import template as template
from energybench.tables.names import find_item as find_item
from energybench.targets.check import TargetCheck as TargetCheck
from energybench.targets.check import TargetVerdict as TargetVerdict
from energybench.targets.check import check_targets as check_targets
from energybench.targets.lift import LiftPlan as LiftPlan
from energybench.targets.lift import cheapest_lift as cheapest_lift
from energybench.targets.output_value import OutputValueIntensity as OutputValueIntensity
from energybench.targets.output_value import energy_per_output_value as energy_per_output_value
from energybench.units.registry import quantity as quantity

__version__: str
ureg: UnitRegistry[float]
__all__: list[str]
carriers = energybench.tables.names
conversions = energybench.energy.conversion
