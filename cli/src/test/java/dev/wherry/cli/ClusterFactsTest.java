package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.ServiceCIDR;
import dev.wherry.model.networking.v1.ServiceCIDRSpec;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterFactsTest {
  private static final ApiException AWAY =
      new ApiException(Reason.SERVICE_UNAVAILABLE, "out of reach");

  @TempDir Path data;
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);

  @AfterEach
  void stop() {
    timer.close();
  }

  private void kubeDns(String address) {
    Service service =
        Service.builder()
            .metadata(ObjectMeta.builder().namespace("kube-system").name("kube-dns").build())
            .spec(ServiceSpec.builder().clusterIP(address).build())
            .build();
    Service _ = api.create(Service.KIND, service);
  }

  private String learn() throws Exception {
    return new ClusterFacts(api, data, timer).dnsAddress();
  }

  @Test
  void service_madeAfterTheFirstQuestion_isWaitedFor() throws Exception {
    api.failNext(call -> call.verb().equals("get"), AWAY);
    timer.after(Duration.ofMillis(50), () -> kubeDns("172.21.0.10"));
    assertEquals("172.21.0.10", learn());
  }

  @Test
  void api_away_theRememberedAddressCounts() throws Exception {
    kubeDns("172.21.0.10");
    assertEquals("172.21.0.10", learn());
    api.failNext(call -> call.verb().equals("get"), AWAY);
    assertEquals("172.21.0.10", learn());
  }

  @Test
  void service_ofAnotherAddress_replacesTheRememberedOne() throws Exception {
    Files.writeString(data.resolve("cluster-dns"), "10.43.0.10\n");
    kubeDns("172.21.0.10");
    assertEquals("172.21.0.10", learn());
    assertEquals("172.21.0.10\n", Files.readString(data.resolve("cluster-dns")));
  }

  private List<IpFamily> families() throws Exception {
    return new ClusterFacts(api, data, timer).families();
  }

  @Test
  void ranges_ofTwoFamilies_areRememberedWhileTheApiIsAway() throws Exception {
    ServiceCIDR ranges =
        ServiceCIDR.builder()
            .metadata(ObjectMeta.builder().name("kubernetes").build())
            .spec(ServiceCIDRSpec.builder().cidrs(List.of("10.43.0.0/16", "fd00:43::/112")).build())
            .build();
    ServiceCIDR _ = api.create(ServiceCIDR.KIND, ranges);
    assertEquals(List.of(IpFamily.IPV4, IpFamily.IPV6), families());
    api.failNext(call -> call.verb().equals("get"), AWAY);
    assertEquals(List.of(IpFamily.IPV4, IpFamily.IPV6), families());
  }

  @Test
  void ranges_ofAServerFromBefore_areOfOneFamily() throws Exception {
    api.failNext(
        call -> call.verb().equals("get"), new ApiException(Reason.FORBIDDEN, "servicecidrs"));
    assertEquals(List.of(IpFamily.IPV4), families());
  }

  @Test
  void service_headless_isNoAddress() throws Exception {
    Files.writeString(data.resolve("cluster-dns"), "172.21.0.10\n");
    kubeDns("None");
    assertEquals("172.21.0.10", learn());
    assertFalse(Files.readString(data.resolve("cluster-dns")).contains("None"));
  }
}
