package dev.wherry.controllers.servicecidr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.IPAddress;
import dev.wherry.model.networking.v1.ServiceCIDR;
import dev.wherry.model.networking.v1.ServiceCIDRSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Cases of upstream's servicecidrs_controller_test.go. */
class ServiceCidrsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant LONG_AGO = NOW.minusSeconds(60);

  private final List<ServiceCIDR> all = new ArrayList<>();
  private final List<IPAddress> addresses = new ArrayList<>();

  private ServiceCIDR range(String name, String... cidrs) {
    ServiceCIDR range =
        ServiceCIDR.builder()
            .metadata(
                ObjectMeta.builder().name(name).finalizers(List.of(ServiceCidrs.FINALIZER)).build())
            .spec(ServiceCIDRSpec.builder().cidrs(List.of(cidrs)).build())
            .build();
    all.add(range);
    return range;
  }

  private ServiceCIDR going(Instant since, ServiceCIDR range) {
    ServiceCIDR going =
        range.toBuilder()
            .metadata(range.metadata().toBuilder().deletionTimestamp(since).build())
            .build();
    all.set(all.indexOf(range), going);
    return going;
  }

  private void address(String ip, String managedBy) {
    addresses.add(
        IPAddress.builder()
            .metadata(
                ObjectMeta.builder()
                    .name(ip)
                    .labels(Map.of("ipaddress.kubernetes.io/managed-by", managedBy))
                    .build())
            .build());
  }

  private Plan plan(ServiceCIDR range) {
    return ServiceCidrs.decide(range, new RangeUse(all, addresses), NOW);
  }

  /** What the only action makes of the range; "" where nothing is done. */
  private String done(ServiceCIDR range) {
    List<Action> actions = plan(range).actions();
    if (actions.isEmpty()) {
      return "";
    }
    return switch (actions.getFirst()) {
      case Action.Update<?>(_, ServiceCIDR now) -> "finalizers " + now.metadata().finalizers();
      case Action.UpdateStatus<?>(_, ServiceCIDR now) -> {
        var ready = now.status().conditions().getFirst();
        yield ready.type() + "=" + ready.status() + " " + ready.reason();
      }
      default -> "unexpected " + actions;
    };
  }

  @Test
  void range_new_isMarkedThenSaidToBeReadyOnce() {
    ServiceCIDR marked = range("a", "10.1.0.0/24");
    ServiceCIDR bare = marked.toBuilder().metadata(ObjectMeta.builder().name("a").build()).build();
    assertEquals("finalizers [" + ServiceCidrs.FINALIZER + "]", done(bare));
    assertEquals("Ready=True ", done(marked));
    Action.UpdateStatus<?> told = (Action.UpdateStatus<?>) plan(marked).actions().getFirst();
    assertEquals(Plan.NOTHING, plan((ServiceCIDR) told.object()));
  }

  @Test
  void deletion_nobodyInIt_waitsTheGraceAndGoes() {
    ServiceCIDR range = range("a", "10.1.0.0/24", "fd00:1::/112");
    assertEquals("finalizers []", done(going(LONG_AGO, range)));
    ServiceCIDR fresh = range("b", "10.2.0.0/24");
    assertEquals(Plan.after(Duration.ofSeconds(7)), plan(going(NOW.minusSeconds(3), fresh)));
  }

  @Test
  void deletion_addressInItAlone_isBlocked() {
    ServiceCIDR range = going(LONG_AGO, range("a", "10.1.0.0/24", "fd00:1::/112"));
    address("10.1.0.0", "ipallocator.k8s.io");
    address("10.1.0.255", "ipallocator.k8s.io");
    address("10.1.0.9", "somebody");
    assertEquals("finalizers []", done(range));
    address("fd00:1::9", "ipallocator.k8s.io");
    assertEquals("Ready=False Terminating", done(range));
  }

  @Test
  void deletion_everyAddressInAnotherToo_goes() {
    ServiceCIDR range = going(LONG_AGO, range("a", "10.1.0.0/24"));
    address("10.1.0.9", "ipallocator.k8s.io");
    range("b", "10.1.0.0/28");
    assertEquals("finalizers []", done(range));
    address("10.1.0.99", "ipallocator.k8s.io");
    assertEquals("Ready=False Terminating", done(range));
    range("c", "10.0.0.0/8");
    assertEquals("finalizers []", done(range));
  }

  @Test
  void overlapping_rangeAddedOrGone_bringsTheOthersBack() {
    ServiceCIDR small = range("a", "10.1.0.0/28");
    range("b", "10.1.0.0/16", "fd00:1::/112");
    range("c", "10.2.0.0/16");
    assertEquals(List.of("b"), RangeUse.overlapping(small, all));
  }
}
