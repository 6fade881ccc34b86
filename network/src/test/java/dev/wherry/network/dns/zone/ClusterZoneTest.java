package dev.wherry.network.dns.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Messages;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResponseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The specification, section by section. */
class ClusterZoneTest {
  private static final String ABSENT = " | cluster.local. SOA ns.dns.cluster.local. 5; |";

  private final FakeTimer timer = new FakeTimer();
  private final ClusterZone zone =
      new ClusterZone(
          DomainName.of("cluster.local"), List.of(Bytes.copyOf(new byte[] {10, 43, 0, 10})), timer);

  @BeforeEach
  void fill() {
    zone.putNamespace("ns");
    zone.putNamespace("empty");
    put(
        ZoneObjects.service(
            "web",
            "clusterIP: 10.43.7.8, clusterIPs: [10.43.7.8, 'fd43::8'], ports: [{name: http, port:"
                + " 80}, {name: dns, protocol: UDP, port: 53}, {port: 81}]"),
        ZoneObjects.slice(
            "web",
            "1",
            "IPv4",
            "{name: http, port: 8080}",
            "{addresses: [10.42.0.9], hostname: one}, {addresses: [10.42.0.10]}"));
    put(
        ZoneObjects.service(
            "db", "clusterIP: None, clusterIPs: [None], ports: [{name: sql, port: 5432}]"),
        ZoneObjects.slice(
            "db",
            "1",
            "IPv4",
            "{name: sql, port: 5432, protocol: TCP}, {port: 99}",
            "{addresses: [10.42.0.1], hostname: db-0}, {addresses: [10.42.0.2], hostname: db-1,"
                + " conditions: {ready: true}}, {addresses: [10.42.0.3], hostname: db-2,"
                + " conditions: {ready: false}}, {addresses: [10.42.0.4]}"),
        ZoneObjects.slice(
            "db",
            "2",
            "IPv6",
            "{name: sql, port: 5432, protocol: TCP}",
            "{addresses: ['fd42::1'], hostname: db-0}"));
    put(
        ZoneObjects.service("early", "clusterIP: None, publishNotReadyAddresses: true"),
        ZoneObjects.slice(
            "early", "1", "IPv4", "", "{addresses: [10.42.0.5], conditions: {ready: false}}"));
    put(ZoneObjects.service("nobody", "clusterIP: None"));
    put(ZoneObjects.service("out", "type: ExternalName, externalName: www.Example.com"));
    put(ZoneObjects.service("in", "type: ExternalName, externalName: web.ns.svc.cluster.local."));
    put(ZoneObjects.service("gone", "type: ExternalName, externalName: no.ns.svc.cluster.local"));
    put(ZoneObjects.service("l1", "type: ExternalName, externalName: l2.ns.svc.cluster.local"));
    put(ZoneObjects.service("l2", "type: ExternalName, externalName: l1.ns.svc.cluster.local"));
    zone.markReady();
  }

  private void put(Service service, EndpointSlice... slices) {
    zone.put(ObjectKey.of(service), ServiceRecords.of(service, List.of(slices)));
  }

  private String ask(String name, String type) throws Exception {
    int number = RecordType.class.getField(type).getInt(null);
    Finding finding = zone.find(DomainName.of(name), number);
    if (!(finding instanceof Finding.Known(var response))) {
      return finding.toString();
    }
    ByteBuf out = Unpooled.buffer();
    ResponseWriter.write(out, Messages.read(Messages.query(1, name, number)), response, 65_535);
    return Messages.describe(out);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        // 2.2 the schema's version
        "dns-version.cluster.local TXT > dns-version.cluster.local. TXT 1.1.0; | |",
        // 2.3.1 Services with an address
        "web.ns.svc.cluster.local A > web.ns.svc.cluster.local. A 10.43.7.8; | |",
        "WEB.ns.SVC.Cluster.Local A > web.ns.svc.cluster.local. A 10.43.7.8; | |",
        "web.ns.svc.cluster.local AAAA > web.ns.svc.cluster.local. AAAA fd43:0:0:0:0:0:0:8; | |",
        "one.web.ns.svc.cluster.local A > one.web.ns.svc.cluster.local. A 10.42.0.9; | |",
        // 2.3.2 their ports
        "_http._tcp.web.ns.svc.cluster.local SRV > _http._tcp.web.ns.svc.cluster.local. SRV 0 100"
            + " 80 web.ns.svc.cluster.local.; | | web.ns.svc.cluster.local. A 10.43.7.8;"
            + " web.ns.svc.cluster.local. AAAA fd43:0:0:0:0:0:0:8;",
        "_dns._udp.web.ns.svc.cluster.local SRV > _dns._udp.web.ns.svc.cluster.local. SRV 0 100 53"
            + " web.ns.svc.cluster.local.; | | web.ns.svc.cluster.local. A 10.43.7.8;"
            + " web.ns.svc.cluster.local. AAAA fd43:0:0:0:0:0:0:8;",
        // 2.3.3 their addresses' names
        "8.7.43.10.in-addr.arpa PTR > 8.7.43.10.in-addr.arpa. PTR web.ns.svc.cluster.local.; | |",
        "8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.4.d.f.ip6.arpa PTR >"
            + " 8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.4.d.f.ip6.arpa. PTR"
            + " web.ns.svc.cluster.local.; | |",
        // 2.4.1 headless ones
        "db.ns.svc.cluster.local A > db.ns.svc.cluster.local. A 10.42.0.1; db.ns.svc.cluster.local."
            + " A 10.42.0.2; db.ns.svc.cluster.local. A 10.42.0.4; | |",
        "db.ns.svc.cluster.local AAAA > db.ns.svc.cluster.local. AAAA fd42:0:0:0:0:0:0:1; | |",
        "db-0.db.ns.svc.cluster.local A > db-0.db.ns.svc.cluster.local. A 10.42.0.1; | |",
        "db-0.db.ns.svc.cluster.local AAAA > db-0.db.ns.svc.cluster.local. AAAA"
            + " fd42:0:0:0:0:0:0:1; | |",
        "10-42-0-4.db.ns.svc.cluster.local A > 10-42-0-4.db.ns.svc.cluster.local. A 10.42.0.4; | |",
        "early.ns.svc.cluster.local A > early.ns.svc.cluster.local. A 10.42.0.5; | |",
        // 2.4.2 their ports
        "_sql._tcp.db.ns.svc.cluster.local SRV > _sql._tcp.db.ns.svc.cluster.local. SRV 0 33 5432"
            + " db-0.db.ns.svc.cluster.local.; _sql._tcp.db.ns.svc.cluster.local. SRV 0 33 5432"
            + " db-1.db.ns.svc.cluster.local.; _sql._tcp.db.ns.svc.cluster.local. SRV 0 33 5432"
            + " 10-42-0-4.db.ns.svc.cluster.local.; | | db-0.db.ns.svc.cluster.local. A 10.42.0.1;"
            + " db-0.db.ns.svc.cluster.local. AAAA fd42:0:0:0:0:0:0:1;"
            + " db-1.db.ns.svc.cluster.local. A 10.42.0.2; 10-42-0-4.db.ns.svc.cluster.local. A"
            + " 10.42.0.4;",
        // 2.4.3 their addresses' names
        "1.0.42.10.in-addr.arpa PTR > 1.0.42.10.in-addr.arpa. PTR db-0.db.ns.svc.cluster.local.;"
            + " | |",
        // 2.5 external names
        "out.ns.svc.cluster.local CNAME > out.ns.svc.cluster.local. CNAME www.example.com.; | |",
        "in.ns.svc.cluster.local A > in.ns.svc.cluster.local. CNAME web.ns.svc.cluster.local.;"
            + " web.ns.svc.cluster.local. A 10.43.7.8; | |",
        // 2.6 pods
        "10-1-2-3.ns.pod.cluster.local A > 10-1-2-3.ns.pod.cluster.local. A 10.1.2.3; | |",
        "fd42--7.ns.pod.cluster.local AAAA > fd42--7.ns.pod.cluster.local. AAAA"
            + " fd42:0:0:0:0:0:0:7; | |",
        // the zone itself
        "cluster.local NS > cluster.local. NS ns.dns.cluster.local.; | | ns.dns.cluster.local. A"
            + " 10.43.0.10;",
        "ns.dns.cluster.local A > ns.dns.cluster.local. A 10.43.0.10; | |",
        "cluster.local SOA > cluster.local. SOA ns.dns.cluster.local. 5; | |",
      })
  void find_whatIsThere_isAnswered(String question, String answer) throws Exception {
    String[] words = question.split(" ");

    assertEquals("NOERROR aa | " + answer, ask(words[0], words[1]));
  }

  @ParameterizedTest
  @CsvSource({
    "cluster.local, A",
    "svc.cluster.local, A",
    "pod.cluster.local, A",
    "ns.svc.cluster.local, A",
    "empty.svc.cluster.local, SRV",
    "empty.pod.cluster.local, A",
    "web.ns.svc.cluster.local, SRV",
    "web.ns.svc.cluster.local, TXT",
    "_tcp.web.ns.svc.cluster.local, SRV",
    "_http._tcp.web.ns.svc.cluster.local, A",
    "_tcp.db.ns.svc.cluster.local, A",
    "db-1.db.ns.svc.cluster.local, AAAA",
    "10-1-2-3.ns.pod.cluster.local, AAAA",
    "early.ns.svc.cluster.local, AAAA",
    "dns-version.cluster.local, A",
    "dns.cluster.local, A",
    "ns.dns.cluster.local, AAAA",
  })
  void find_nameWithoutTheType_isNoData(String name, String type) throws Exception {
    assertEquals("NOERROR aa |" + ABSENT, ask(name, type));
  }

  @ParameterizedTest
  @CsvSource({
    "no.cluster.local, A",
    "no.svc.cluster.local, A",
    "no.ns.svc.cluster.local, A",
    "web.no.svc.cluster.local, A",
    "nobody.ns.svc.cluster.local, A",
    "no.web.ns.svc.cluster.local, A",
    "10-42-0-10.web.ns.svc.cluster.local, A",
    "db-2.db.ns.svc.cluster.local, A",
    "10-42-0-1.db.ns.svc.cluster.local, A",
    "_sctp.web.ns.svc.cluster.local, SRV",
    "_no._tcp.web.ns.svc.cluster.local, SRV",
    "_http._udp.web.ns.svc.cluster.local, SRV",
    "x._http._tcp.web.ns.svc.cluster.local, SRV",
    "*.ns.svc.cluster.local, A",
    "*.*.svc.cluster.local, A",
    "any.ns.svc.cluster.local, A",
    "a.out.ns.svc.cluster.local, A",
    "10-1-2-3.no.pod.cluster.local, A",
    "10-1-2.ns.pod.cluster.local, A",
    "10-1-2-300.ns.pod.cluster.local, A",
    "web.ns.pod.cluster.local, A",
    "x.dns-version.cluster.local, TXT",
    "kubernetes.default.svc.cluster.local.cluster.local, A",
  })
  void find_whatIsNotThere_doesNotExist(String name, String type) throws Exception {
    assertEquals("NXDOMAIN aa |" + ABSENT, ask(name, type));
  }

  @Test
  void find_aliasToNothing_keepsTheAliasInTheAnswer() throws Exception {
    assertEquals(
        "NXDOMAIN aa | gone.ns.svc.cluster.local. CNAME no.ns.svc.cluster.local.;" + ABSENT,
        ask("gone.ns.svc.cluster.local", "A"));
    assertEquals("SERVFAIL aa | | |", ask("l1.ns.svc.cluster.local", "A"));
  }

  @Test
  void find_aliasOutside_leadsThere() {
    Finding.Follow follow =
        assertInstanceOf(
            Finding.Follow.class,
            zone.find(DomainName.of("out.ns.svc.cluster.local"), RecordType.A));

    assertEquals(DomainName.of("www.example.com"), follow.target());
    assertEquals(1, follow.chain().size());
  }

  @ParameterizedTest
  @CsvSource({
    "example.com",
    "local",
    "mycluster.local",
    "9.9.9.9.in-addr.arpa",
    "8.7.43.in-addr.arpa",
    "x.8.7.43.10.in-addr.arpa",
    "08.7.43.10.in-addr.arpa",
    "3.0.42.10.in-addr.arpa",
  })
  void find_otherNames_areOthers(String name) {
    assertInstanceOf(Finding.Outside.class, zone.find(DomainName.of(name), RecordType.PTR));
  }

  @Test
  void find_reverseNameForAnotherType_isNoData() throws Exception {
    assertEquals(
        "NOERROR aa | | 8.7.43.10.in-addr.arpa. SOA ns.dns.cluster.local. 5; |",
        ask("8.7.43.10.in-addr.arpa", "A"));
  }

  @Test
  void put_changes_moveNamesAndAddresses() throws Exception {
    put(ZoneObjects.service("web", "clusterIP: 10.43.7.9, clusterIPs: [10.43.7.9]"));

    assertTrue(ask("web.ns.svc.cluster.local", "A").contains("10.43.7.9;"));
    assertTrue(ask("9.7.43.10.in-addr.arpa", "PTR").contains("web.ns.svc"));
    assertInstanceOf(
        Finding.Outside.class, zone.find(DomainName.of("8.7.43.10.in-addr.arpa"), RecordType.PTR));

    zone.put(new ObjectKey("ns", "web"), Optional.empty());
    assertTrue(ask("web.ns.svc.cluster.local", "A").startsWith("NXDOMAIN"));
  }

  @Test
  void put_addressOfTwoHeadlessServices_hasBothNames() throws Exception {
    put(
        ZoneObjects.service("also", "clusterIP: None"),
        ZoneObjects.slice("also", "1", "IPv4", "", "{addresses: [10.42.0.1], hostname: db-0}"));

    assertEquals(
        "NOERROR aa | 1.0.42.10.in-addr.arpa. PTR db-0.db.ns.svc.cluster.local.;"
            + " 1.0.42.10.in-addr.arpa. PTR db-0.also.ns.svc.cluster.local.; | |",
        ask("1.0.42.10.in-addr.arpa", "PTR"));
    zone.put(new ObjectKey("ns", "db"), Optional.empty());
    assertEquals(
        "NOERROR aa | 1.0.42.10.in-addr.arpa. PTR db-0.also.ns.svc.cluster.local.; | |",
        ask("1.0.42.10.in-addr.arpa", "PTR"));
  }

  @Test
  void find_beforeAllIsRead_saysSo() {
    ClusterZone fresh = new ClusterZone(DomainName.of("cluster.local"), List.of(), timer);

    assertInstanceOf(
        Finding.NotReady.class,
        fresh.find(DomainName.of("web.ns.svc.cluster.local"), RecordType.A));
    assertInstanceOf(Finding.Outside.class, fresh.find(DomainName.of("example.com"), RecordType.A));
  }
}
