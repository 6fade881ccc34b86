package dev.wherry.network.dns.zone;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From the API to the zone. */
class ZoneKeeperTest {
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final ClusterZone zone =
      new ClusterZone(DomainName.of("cluster.local"), List.of(), timer);

  @AfterEach
  void stop() {
    timer.close();
  }

  private boolean has(String name, int rcode, int answers) {
    return zone.find(DomainName.of(name), RecordType.A) instanceof Finding.Known(var response)
        && response.rcode() == rcode
        && response.answers().size() == answers;
  }

  @Test
  void objects_comeChangeAndGo_namesFollow() {
    api.create(Namespace.KIND, ZoneObjects.namespace("ns"));
    api.create(Service.KIND, ZoneObjects.service("db", "clusterIP: None"));
    try (ZoneKeeper _ = ZoneKeeper.start(api, zone, timer)) {
      Eventually.await("ready", zone::isReady);
      Eventually.await("the one service", () -> zone.size() == 1);
      Eventually.await("namespace", () -> has("ns.svc.cluster.local", Rcode.NOERROR, 0));
      Eventually.await("nobody", () -> has("db.ns.svc.cluster.local", Rcode.NXDOMAIN, 0));

      api.create(
          EndpointSlice.KIND,
          ZoneObjects.slice(
              "db", "1", "IPv4", "", "{addresses: [10.42.0.1]}, {addresses: [10.42.0.2]}"));
      Eventually.await("endpoints", () -> has("db.ns.svc.cluster.local", Rcode.NOERROR, 2));

      api.delete(EndpointSlice.KIND, "ns", "db-1", DeleteOptions.DEFAULT);
      Eventually.await("endpoints gone", () -> has("db.ns.svc.cluster.local", Rcode.NXDOMAIN, 0));

      api.create(Service.KIND, ZoneObjects.service("web", "clusterIP: 10.43.0.7"));
      Eventually.await("web", () -> has("web.ns.svc.cluster.local", Rcode.NOERROR, 1));
      api.delete(Service.KIND, "ns", "web", DeleteOptions.DEFAULT);
      Eventually.await("web gone", () -> has("web.ns.svc.cluster.local", Rcode.NXDOMAIN, 0));
    }
  }
}
