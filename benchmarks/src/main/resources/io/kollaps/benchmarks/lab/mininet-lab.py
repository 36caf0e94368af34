"""Pairs of Mininet hosts with one TCLink each, shaped on request.

Argument: the number of pairs. Answers with the hosts' processes; then, for each line of input
"HOST RATE DELAY JITTER LOSS" (Mbit/s, with unit, with unit, percent; - for none), shapes what HOST
sends and answers. The end of the input is the end.
"""
import sys

from mininet.link import TCLink
from mininet.log import setLogLevel
from mininet.net import Mininet


def value(word):
    return None if word == "-" else word


def number(word):
    return None if word == "-" else float(word)


setLogLevel("warning")
net = Mininet(controller=None, autoStaticArp=False)
try:
    ends = []
    for pair in range(int(sys.argv[1])):
        hosts = [net.addHost("h%d" % (2 * pair + side), ip=None) for side in (0, 1)]
        link = net.addLink(hosts[0], hosts[1], cls=TCLink)
        for side, end in enumerate((link.intf1, link.intf2)):
            end.setIP("10.96.%d.%d/24" % (pair, side + 1))
            ends.append(end)
        for near, far in ((link.intf1, link.intf2), (link.intf2, link.intf1)):
            near.node.setARP(far.IP(), far.MAC())
    print("done", *[end.node.pid for end in ends], flush=True)
    for line in sys.stdin:
        words = line.split()
        end = ends[int(words[0])]
        # config() returns without a change where nothing is asked for
        end.tc("%s qdisc del dev %s root 2>/dev/null")
        if len(words) > 1:
            end.config(
                bw=number(words[1]),
                delay=value(words[2]),
                jitter=value(words[3]),
                loss=number(words[4]),
            )
        print("done", flush=True)
finally:
    net.stop()
