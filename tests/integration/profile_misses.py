# SPDX-License-Identifier: ISC
"""What the independent reading finds and the profiles do not, each with its reason: recording -> "class OID" -> reason.

The test fails for a miss that is not here and for an entry that is no miss any more. "*" stands for a whole recording.
"""
KNOWN_MISSES = {
    "apc_ats": {
        "state 1.3.6.1.4.1.318.1.1.18.1.3.5.0": "the coolant level is read, once; the other reading takes it a second time for the oil level, which is the next object",
        "state 1.3.6.1.4.1.318.1.1.18.1.2.2.0": "the mode switch is read, once; the other reading takes it a second time for the generator's state, which is the next object",
    },
    "baicells-od04": {
        "count 1.3.6.1.4.1.53058.2.3.21.0": "packets since the start, as text: IF-MIB counts them by interface",
        "count 1.3.6.1.4.1.53058.2.3.20.0": "packets since the start, as text: IF-MIB counts them by interface",
    },
    "ceraos": {
        "xpi 1.3.6.1.4.1.2281.10.7.1.1.5.268452033": "no cross-polarisation partner: the radio gives -98.99 dB as an unsigned number",
        "xpi 1.3.6.1.4.1.2281.10.7.1.1.5.268452097": "no cross-polarisation partner: the radio gives -98.99 dB as an unsigned number",
        "xpi 1.3.6.1.4.1.2281.10.7.1.1.5.268452161": "no cross-polarisation partner: the radio gives -98.99 dB as an unsigned number",
        "xpi 1.3.6.1.4.1.2281.10.7.1.1.5.268452225": "no cross-polarisation partner: the radio gives -98.99 dB as an unsigned number",
    },
    "cxc_e3": {
        "runtime 1.3.6.1.4.1.7309.5.3.1.31.0": "in thousandths of an hour; the other reading divides by 16 where 16.67 would make minutes",
    },
    "deltaups_mini-snmp": {
        "voltage 1.3.6.1.2.1.33.1.4.4.1.2.1": "the card has tenths of volts, against the RFC",
        "voltage 1.3.6.1.2.1.33.1.3.3.1.3.1": "the card has tenths of volts, against the RFC",
        "voltage 1.3.6.1.2.1.33.1.5.3.1.2.1": "the card has tenths of volts, against the RFC",
    },
    "eaton-mgeups_93ps": {
        "runtime 1.3.6.1.2.1.33.1.2.3.0": "the same in whole minutes as what is read in seconds",
    },
    "eaton-mgeups_9pxle": {
        "runtime 1.3.6.1.2.1.33.1.2.3.0": "the same in whole minutes as what is read in seconds",
    },
    "eltek-webpower": {
        "percent 1.3.6.1.4.1.12148.9.3.20.5.0": "0 is the quality of a battery that was never tested",
        "state 1.3.6.1.4.1.12148.9.2.1.4.0": "the plant's nominal voltage, a setting",
    },
    "enexus_enexus": {
        "count 1.3.6.1.4.1.12148.10.10.16.5.5.0": "how long a battery test may last, a setting; the recording does not have it",
    },
    "epmp_epmp-ap-connected-sta": {
        "state 1.3.6.1.4.1.17713.21.1.1.10.0": "a setting of the frame, no state",
        "state 1.3.6.1.4.1.17713.21.3.8.2.58.0": "a setting of the frame, no state",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.1": "the device's own estimate, in percent of a rate that depends on the licence",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.2": "the device's own estimate, in percent of a rate that depends on the licence",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.3": "the device's own estimate, in percent of a rate that depends on the licence",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.4": "the device's own estimate, in percent of a rate that depends on the licence",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.5": "the device's own estimate, in percent of a rate that depends on the licence",
        "capacity 1.3.6.1.4.1.17713.21.1.2.30.1.19.6": "the device's own estimate, in percent of a rate that depends on the licence",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.1": "how far away the subscriber lives",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.2": "how far away the subscriber lives",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.3": "how far away the subscriber lives",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.4": "how far away the subscriber lives",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.5": "how far away the subscriber lives",
        "distance 1.3.6.1.4.1.17713.21.1.2.30.1.29.6": "how far away the subscriber lives",
    },
    "ericsson-tn_tn": {
        "mse 1.3.6.1.4.1.193.81.3.4.2.1.1.1.15.1417949183": "the node leaves out the sign that a mean square error has",
        "mse 1.3.6.1.4.1.193.81.3.4.2.1.1.1.15.1686384639": "the node leaves out the sign that a mean square error has",
        "mse 1.3.6.1.4.1.193.81.3.4.2.1.1.1.15.1954820095": "a modem that receives nothing gives 0",
        "mse 1.3.6.1.4.1.193.81.3.4.2.1.1.1.15.1954824191": "the node leaves out the sign that a mean square error has",
        "power 1.3.6.1.4.1.193.81.3.4.3.1.3.1.1.2113143041": "the recording holds the number of a radio that does not transmit, or is not reached",
        "power 1.3.6.1.4.1.193.81.3.4.3.1.3.1.10.2146697473": "the recording holds the number of a radio that does not transmit, or is not reached",
        "power 1.3.6.1.4.1.193.81.3.4.3.1.3.1.1.2146697473": "the recording holds the number of a radio that does not transmit, or is not reached",
    },
    "gepulsar": {
        "state 1.3.6.1.4.1.10520.2.1.3.1.13.0": "a command that restarts the rectifiers, no status",
        "voltage 1.3.6.1.4.1.10520.2.1.3.1.4.0": "a plant's voltage is a magnitude here, whichever pole is earthed",
    },
    "himoinsa-gensets": {
        "current 1.3.6.1.4.1.41809.1.55.1.15.0": "the genset's L3-N voltage, the last of its six; the other reading takes it for a current",
    },
    "huawei-optixrtn_optixrtn905": {
        "state 1.3.6.1.4.1.2011.2.25.4.30.39.1.2.0": "the temperature step of the fan control: a setting, no state",
    },
    "huawei-smu_11b": {
        "current 1.3.6.1.4.1.2011.6.164.1.6.2.1.1.5.1": "in tenths of amperes: voltage times current is the power beside it",
        "current 1.3.6.1.4.1.2011.6.164.1.6.1.4.0": "in tenths of amperes: voltage times current is the power beside it",
        "current 1.3.6.1.4.1.2011.6.164.1.3.1.3.0": "in tenths of amperes: voltage times current is the power beside it",
    },
    "iosxe_ir1101": {
        "count 1.3.6.1.4.1.9.9.661.1.3.2.1.6.4002": "the state of roaming, which the other reading also takes for a number of cells",
        "current 1.3.6.1.2.1.99.1.1.1.4.4130": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "dbm 1.3.6.1.2.1.99.1.1.1.4.4131": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "dbm 1.3.6.1.2.1.99.1.1.1.4.4132": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "temperature 1.3.6.1.2.1.99.1.1.1.4.4001": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "temperature 1.3.6.1.2.1.99.1.1.1.4.4128": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "voltage 1.3.6.1.2.1.99.1.1.1.4.4129": "the same sensor is read from CISCO-ENTITY-SENSOR-MIB",
        "channel 1.3.6.1.4.1.9.9.661.1.3.4.1.1.4.4002": "the number of a radio channel, which the modem changes as it likes",
    },
    "iosxr_ncs540": {
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2531718": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2535814": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2539910": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2544006": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2548102": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2552198": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2556294": "the device sends whole degrees and says that they are thousandths",
        "temperature 1.3.6.1.4.1.9.9.91.1.1.1.1.4.2560390": "the device sends whole degrees and says that they are thousandths",
    },
    "linux_raspberrypi-gpiomonitor": {
        "state 1.3.6.1.4.1.8072.1.3.2.4.1.2.14.114.112.105.103.112.105.111.109.111.110.105.116.111.114.2": "the output of a script that somebody wrote for this host",
        "state 1.3.6.1.4.1.8072.1.3.2.4.1.2.14.114.112.105.103.112.105.111.109.111.110.105.116.111.114.4": "the output of a script that somebody wrote for this host",
    },
    "netmanplus_204": {
        "current 1.3.6.1.2.1.33.1.3.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.3.3.1.4.2": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.3.3.1.4.3": "the recording holds the number by which the card says that it does not know",
    },
    "netvision-rfc": {
        "current 1.3.6.1.2.1.33.1.3.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.5.3.1.3.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.2.6.0": "the recording holds the number by which the card says that it does not know",
        "power 1.3.6.1.2.1.33.1.3.3.1.5.1": "the recording holds the number by which the card says that it does not know",
        "power 1.3.6.1.2.1.33.1.5.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "runtime 1.3.6.1.2.1.33.1.2.3.0": "the recording holds the number by which the card says that it does not know",
    },
    "pepwave": {
        "count 1.3.6.1.4.1.27662.4.1.1.3.0": "a number of licences or settings",
        "count 1.3.6.1.4.1.27662.4.1.1.4.0": "a number of licences or settings",
        "count 1.3.6.1.4.1.27662.4.1.1.5.0": "a number of licences or settings",
        "signal 1.3.6.1.4.1.27662.2.1.2.1.5.7": "a WAN that is not connected gives 0",
        "clients 1.3.6.1.4.1.27662.4.1.1.7.0": "access points, no clients",
        "rssi 1.3.6.1.4.1.23695.200.1.12.1.1.1.3.0": "the same reading as the WAN's signal",
        "rssi 1.3.6.1.4.1.23695.200.1.12.1.1.1.3.1": "the same reading as the WAN's signal",
        "rssi 1.3.6.1.4.1.23695.200.1.12.1.1.1.3.2": "the same reading as the WAN's signal",
    },
    "ptp670": {
        "state 1.3.6.1.4.1.17713.7.13.11.0": "the other reading asks an object that the radio has not; ours is 1.3.6.1.4.1.17713.11.13.11.0",
        "rate 1.3.6.1.4.1.17713.11.20.3.0": "both directions together: a capacity, no rate",
        "rate 1.3.6.1.4.1.17713.11.12.14.0": "the number of a modulation mode, no rate",
        "rate 1.3.6.1.4.1.17713.11.12.15.0": "the number of a modulation mode, no rate",
        "ssr 1.3.6.1.4.1.17713.11.12.9.0": "vertical against horizontal polarisation: it says something to who aligns the antenna only",
    },
    "ray_ray": {
        "ber 1.3.6.1.4.1.33555.1.3.2.11.0": "its scale is in no document at hand",
        "power 1.3.6.1.4.1.33555.1.2.1.12.0": "the power that is configured; what is sent is 1.3.6.1.4.1.33555.1.2.1.17.0",
        "rate 1.3.6.1.4.1.33555.1.2.1.14.0": "the highest bit rate, in Mbit/s: a capacity, which the other reading takes for kbit/s",
    },
    "rutos-rutx_rut955": {
        "count 1.3.6.1.4.1.48690.2.2.1.3.1": "a number that identifies the modem or the SIM card",
        "count 1.3.6.1.4.1.48690.2.2.1.8.1": "a number that identifies the modem or the SIM card",
        "state 1.3.6.1.4.1.48690.6.2.1.6.2": "a voltage, sent with its unit; the other reading makes a state of it",
    },
    "siklu": {
        "frequency 1.3.6.1.4.1.31926.2.1.1.4.1": "the other reading takes MHz for kHz",
    },
    "sm-os_gc8607": {
        "mse 1.3.6.1.4.1.3373.1103.80.12.1.5.1": "the MIB has tenths of dB without the sign that a mean square error has",
        "mse 1.3.6.1.4.1.3373.1103.80.12.1.5.2": "the MIB has tenths of dB without the sign that a mean square error has",
        "rate 1.3.6.1.4.1.3373.1103.80.17.1.11.1.1": "the other reading adds the link's two transceivers up",
        "rate 1.3.6.1.4.1.3373.1103.80.17.1.11.1.2": "the other reading adds the link's two transceivers up",
        "rate 1.3.6.1.4.1.3373.1103.80.17.1.10.1.1": "the other reading adds the link's two transceivers up",
        "rate 1.3.6.1.4.1.3373.1103.80.17.1.10.1.2": "the other reading adds the link's two transceivers up",
    },
    "vertiv-dcs": {
        "current 1.3.6.1.4.1.13400.3.2.225.1.1.7.1": "the controller answers 9999 for a phase or sensor that is not there",
        "current 1.3.6.1.4.1.13400.3.2.225.1.1.7.2": "the controller answers 9999 for a phase or sensor that is not there",
        "current 1.3.6.1.4.1.13400.3.4.491.1.1.10.1": "the controller answers 9999 for a phase or sensor that is not there",
        "current 1.3.6.1.4.1.13400.3.4.491.1.1.17.1": "the controller answers 9999 for a phase or sensor that is not there",
        "current 1.3.6.1.4.1.13400.3.4.491.1.1.18.1": "the controller answers 9999 for a phase or sensor that is not there",
        "current 1.3.6.1.4.1.13400.3.4.491.1.1.9.1": "the controller answers 9999 for a phase or sensor that is not there",
        "load 1.3.6.1.4.1.13400.3.4.491.1.1.46.1": "the controller answers 9999 for a phase or sensor that is not there",
        "load 1.3.6.1.4.1.13400.3.4.491.1.1.47.1": "the controller answers 9999 for a phase or sensor that is not there",
        "temperature 1.3.6.1.4.1.13400.3.3.3031.1.1.58.1": "the controller answers 9999 for a phase or sensor that is not there",
        "temperature 1.3.6.1.4.1.13400.3.3.3031.1.1.59.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.24.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.25.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.3.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.4.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.6.1": "the controller answers 9999 for a phase or sensor that is not there",
        "voltage 1.3.6.1.4.1.13400.3.4.491.1.1.7.1": "the controller answers 9999 for a phase or sensor that is not there",
        "power 1.3.6.1.4.1.13400.3.2.225.1.1.8.1": "in 0.01 kW, by the MIB and by voltage, current and power factor beside it; the other reading divides by ten",
        "power 1.3.6.1.4.1.13400.3.2.225.1.1.8.2": "in 0.01 kW, by the MIB and by voltage, current and power factor beside it; the other reading divides by ten",
        "state 1.3.6.1.4.1.13400.3.5.559.1.1.2.1": "the fire alarm is read, once; the other reading takes it a second time for the link to the detector",
        "state 1.3.6.1.4.1.13400.3.2.225.1.1.2.1": "the PDU's model, not its state",
        "state 1.3.6.1.4.1.13400.3.2.225.1.1.2.2": "the PDU's model, not its state",
        "power_consumed 1.3.6.1.4.1.13400.3.2.225.1.1.13.1": "in 0.01 kWh, by the MIB; the other reading divides by 1,000",
        "power_consumed 1.3.6.1.4.1.13400.3.2.225.1.1.13.2": "in 0.01 kWh, by the MIB; the other reading divides by 1,000",
    },
}

KNOWN_MISSES_OF_MODULES = {
    "deltaups_mini-snmp": {
        "voltage 1.3.6.1.2.1.33.1.4.4.1.2.1": "the card has tenths of volts, against the RFC: its own profile reads it right",
        "voltage 1.3.6.1.2.1.33.1.3.3.1.3.1": "the card has tenths of volts, against the RFC: its own profile reads it right",
        "voltage 1.3.6.1.2.1.33.1.5.3.1.2.1": "the card has tenths of volts, against the RFC: its own profile reads it right",
    },
    "netmanplus_204": {
        "current 1.3.6.1.2.1.33.1.3.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.3.3.1.4.2": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.3.3.1.4.3": "the recording holds the number by which the card says that it does not know",
    },
    "netvision-rfc": {
        "current 1.3.6.1.2.1.33.1.3.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.5.3.1.3.1": "the recording holds the number by which the card says that it does not know",
        "current 1.3.6.1.2.1.33.1.2.6.0": "the recording holds the number by which the card says that it does not know",
        "power 1.3.6.1.2.1.33.1.3.3.1.5.1": "the recording holds the number by which the card says that it does not know",
        "power 1.3.6.1.2.1.33.1.5.3.1.4.1": "the recording holds the number by which the card says that it does not know",
        "runtime 1.3.6.1.2.1.33.1.2.3.0": "the recording holds the number by which the card says that it does not know",
    },
}
