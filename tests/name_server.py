"""A name server of our own that answers over real sockets from a table."""

from __future__ import annotations

import socket
import threading

import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers questions by UDP from a table; what is not in it does not exist."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self._socket.getsockname()[1]}"
        #: Addresses by name, without the last dot.
        self.records: dict[str, list[str]] = {}
        #: Answer code for every question, when one is set; ``silent`` answers nothing.
        self.rcode: dns.rcode.Rcode | None = None
        self.silent = False
        self.asked: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            self.asked.append(query.question[0].name.to_text(omit_final_dot=True))
            if not self.silent:
                self._socket.sendto(self._answer(query).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        name = query.question[0].name
        found = self.records.get(name.to_text(omit_final_dot=True), [])
        if self.rcode is not None:
            answer.set_rcode(self.rcode)
        elif found:
            answer.answer.append(dns.rrset.from_text(name, 180, "IN", "A", *found))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            zone = ".".join(name.to_text().split(".")[-4:])
            soa = "ns.zone.test. host.zone.test. 1 3600 600 86400 120"
            answer.authority.append(dns.rrset.from_text(zone, 900, "IN", "SOA", soa))
        return answer

    def close(self) -> None:
        self._socket.close()
