# SPDX-License-Identifier: ISC
"""The physics of a city, by itself: what the tests of a day hold to be the truth."""
import unittest

from physics import FAULTS, Alarm, City, Fault, Site

MINUTE = 60


def city():
    """A core; two hubs that stand in for each other; a ring of three; what hangs on them."""
    return City([
        Site("CORE", feeder="F0"),
        Site("HUB-A", feeder="F1", paths=(("CORE",),)), Site("HUB-B", feeder="F2", paths=(("CORE",),)),
        Site("R1", feeder="F0", paths=(("CORE",), ("R2", "R3", "CORE"))),
        Site("R2", feeder="F0", paths=(("R1", "CORE"), ("R3", "CORE"))),
        Site("R3", feeder="F0", paths=(("CORE",), ("R2", "R1", "CORE"))),
        Site("ONE", feeder="F3", paths=(("HUB-A",),)), Site("TWO", feeder="F3", paths=(("HUB-A",), ("HUB-B",))),
        Site("GEN", feeder="F3", paths=(("HUB-B",),), has_genset=True),
        Site("COW", feeder="F9", devices=("tower",), autonomy_s=20 * MINUTE)])


class Physics(unittest.TestCase):
    def setUp(self):
        self.city = city()

    def cut(self, kind, target):
        self.assertIn(kind, FAULTS)
        self.city.begin(Fault(kind, target))

    def repair(self, kind, target):
        self.city.end(Fault(kind, target))

    def run_for(self, minutes):
        for _ in range(4 * minutes):
            self.city.step(15)

    def silent(self):
        return {a.site for a in self.city.alarms() if a.type == "comms/site-unreachable"}

    def at(self, site):
        return {(a.type, a.severity) for a in self.city.alarms() if a.site == site}

    def test_all_is_well_without_faults(self):
        self.run_for(60)
        self.assertEqual(self.city.alarms(), set())

    def test_a_feeder_takes_its_sites_down_when_their_batteries_are_empty_and_not_before(self):
        self.cut("feeder", "F3")
        self.run_for(1)
        self.assertEqual(self.at("ONE"), {("power/mains-failure", "minor"), ("battery/discharging", "warning")})
        self.assertEqual(self.at("HUB-A"), set())
        seen = []
        for _ in range(61):
            self.run_for(1)
            seen += [severity for kind, severity in self.at("ONE") if kind == "power/dc-undervoltage" and severity not in seen]
        self.assertEqual(seen, ["minor", "major", "critical"])
        self.assertEqual(self.silent(), {"ONE", "TWO"})
        # What was seen last stands.
        self.assertIn(("power/dc-undervoltage", "critical"), self.at("ONE"))
        self.assertTrue(self.city.is_at_rest())
        self.repair("feeder", "F3")
        self.assertEqual(self.city.alarms(), set())

    def test_a_genset_starts_late_and_carries_the_site(self):
        self.cut("feeder", "F3")
        self.run_for(1)
        self.assertIn(("battery/discharging", "warning"), self.at("GEN"))
        self.run_for(2)
        self.assertEqual(self.at("GEN"), {("power/mains-failure", "minor")})
        self.cut("genset", "GEN")
        self.assertIn(("battery/discharging", "warning"), self.at("GEN"))
        self.run_for(70)
        self.assertIn("GEN", self.silent())

    def test_a_battery_recharges_slowly(self):
        self.cut("feeder", "F3")
        self.run_for(59)
        self.repair("feeder", "F3")
        self.run_for(6)
        self.cut("feeder", "F3")
        self.run_for(8)
        self.assertEqual(self.silent(), {"ONE", "TWO"})

    def test_behind_a_dead_hub_all_is_silent_that_has_no_other_way(self):
        self.cut("blackout", "HUB-A")
        self.assertEqual(self.silent(), {"HUB-A", "ONE"})
        self.assertEqual(self.at("TWO"), {("transport/link-down", "minor")})
        self.cut("link", ("HUB-B", 0))
        self.assertEqual(self.silent(), {"HUB-A", "HUB-B", "ONE", "TWO", "GEN"})
        self.repair("blackout", "HUB-A")
        self.assertEqual(self.silent(), {"HUB-B", "GEN"})
        # HUB-B has power: its neighbours see its signal, and it leads nowhere.
        self.assertEqual(self.at("TWO"), set())

    def test_what_goes_on_behind_a_dead_hub_is_not_seen(self):
        self.cut("feeder", "F3")
        self.run_for(2)
        self.cut("link", ("HUB-A", 0))
        self.run_for(54)
        self.assertEqual(self.at("ONE"), {("comms/site-unreachable", "major"), ("power/mains-failure", "minor"),
                                          ("battery/discharging", "warning")})
        self.repair("link", ("HUB-A", 0))
        self.assertIn(("power/dc-undervoltage", "critical"), self.at("ONE"))

    def test_a_root_is_what_nothing_else_explains(self):
        self.cut("link", ("HUB-A", 0))
        self.cut("blackout", "TWO")
        self.assertEqual(self.silent(), {"HUB-A", "ONE", "TWO"})
        self.assertEqual(self.city.roots(), {"HUB-A", "TWO"})

    def test_in_a_ring_the_roots_are_where_it_was_cut(self):
        self.cut("link", ("R1", 0))
        self.cut("link", ("R3", 0))
        self.assertEqual(self.city.roots(), {"R1", "R3"})

    def test_an_outage_is_of_many_and_explains_who_goes_dark(self):
        self.cut("feeder", "F9")
        self.cut("feeder", "F3")
        self.run_for(1)
        self.assertEqual(self.city.outages(), {"F3"})
        self.run_for(60)
        self.assertEqual((self.silent(), self.city.roots()), ({"ONE", "TWO", "COW"}, {"COW"}))

    def test_a_ring_survives_one_cut_and_falls_apart_at_two(self):
        self.cut("link", ("R1", 0))
        self.assertEqual(self.silent(), set())
        self.cut("link", ("R3", 0))
        self.assertEqual(self.silent(), {"R1", "R2", "R3"})
        self.repair("link", ("R1", 0))
        self.assertEqual(self.silent(), set())

    def test_a_box_is_silent_alone_and_the_site_when_all_are(self):
        self.cut("door", "ONE")
        self.cut("box", ("ONE", "power"))
        self.assertEqual(self.city.alarms(), {Alarm("ONE", "power", "", "comms/device-unreachable", "major"),
                                              Alarm("ONE", "power", "door.open", "site/door-open", "warning")})
        self.cut("box", ("ONE", "radio"))
        self.assertEqual(self.at("ONE"), {("comms/site-unreachable", "major"), ("site/door-open", "warning")})

    def test_a_portable_tower_lives_on_what_it_has(self):
        self.cut("feeder", "F9")
        self.run_for(21)
        self.assertEqual(self.silent(), {"COW"})

    def test_what_changes_shortly_before_it_is_out_of_sight_is_in_doubt(self):
        self.run_for(5)
        self.cut("door", "ONE")
        self.run_for(1)
        self.cut("blackout", "HUB-A")
        self.run_for(60)
        self.assertEqual(self.city.in_doubt(2 * MINUTE), {("ONE", "power")})
        self.assertEqual(self.city.in_doubt(MINUTE), set())


unittest.main()
