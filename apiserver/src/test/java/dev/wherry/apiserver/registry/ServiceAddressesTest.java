package dev.wherry.apiserver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.validation.BuiltInRules;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAddressesTest {
  private static final KindInfo SERVICE = new KindInfo("", "v1", "Service", "services", true);

  private final Set<String> taken = new HashSet<>();
  private final List<JsonNode> objects = new ArrayList<>();

  private ServiceAddresses cluster(String... ranges) {
    return new ServiceAddresses(
        new ServiceRanges(Stream.of(ranges).map(AddressRange::parse).toList(), () -> objects),
        new Random(7),
        new BuiltInRules(Clock.systemUTC())::validateGiven);
  }

  private ServiceAddresses dual() {
    return cluster("10.43.0.0/16", "fd00:43::/112");
  }

  private static JsonNode parsed(String json) {
    return Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  /** The spec that comes of this one, which has a selector unless it says otherwise. */
  private JsonNode spec(ServiceAddresses addresses, String json, JsonNode old) {
    ObjectNode object = Json.object();
    object.putObject("metadata").put("name", "a");
    ObjectNode spec = object.putObject("spec").put("type", "ClusterIP");
    spec.putObject("selector").put("app", "a");
    spec.setAll((ObjectNode) parsed(json));
    addresses.allocate(SERVICE, object, old, ip -> !taken.contains(ip));
    return object.path("spec");
  }

  private JsonNode created(ServiceAddresses addresses, String json) {
    return spec(addresses, json, Json.object().path("none"));
  }

  private static String families(JsonNode spec) {
    return spec.path("ipFamilyPolicy").asText() + " " + spec.path("ipFamilies");
  }

  /** Which families the addresses are of, in their order. */
  private static String addresses(JsonNode spec) {
    StringBuilder text = new StringBuilder();
    for (JsonNode ip : spec.path("clusterIPs")) {
      text.append(ip.asText().equals("None") ? "-" : ip.asText().contains(":") ? "6" : "4");
    }
    assertEquals(spec.path("clusterIPs").path(0).asText(), spec.path("clusterIP").asText());
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "{} ^ SingleStack ['IPv4'] ^ 4",
        "{'ipFamilyPolicy':'SingleStack','ipFamilies':['IPv6']} ^ SingleStack ['IPv6'] ^ 6",
        "{'ipFamilyPolicy':'PreferDualStack'} ^ PreferDualStack ['IPv4','IPv6'] ^ 46",
        "{'ipFamilyPolicy':'RequireDualStack','ipFamilies':['IPv6']} ^ RequireDualStack ['IPv6','IPv4'] ^ 64",
        "{'clusterIP':'fd00:43::99'} ^ SingleStack ['IPv6'] ^ 6",
        "{'clusterIP':'10.43.0.7','clusterIPs':['10.43.0.7'],'ipFamilyPolicy':'PreferDualStack'} ^ PreferDualStack ['IPv4','IPv6'] ^ 46",
        "{'clusterIP':'None'} ^ SingleStack ['IPv4'] ^ -",
        "{'clusterIP':'None','ipFamilyPolicy':'PreferDualStack'} ^ PreferDualStack ['IPv4','IPv6'] ^ -",
        "{'clusterIP':'None','selector':{}} ^ RequireDualStack ['IPv4','IPv6'] ^ -"
      })
  void create_inAClusterOfTwoFamilies_fillsIn(String json, String families, String ips) {
    JsonNode spec = created(dual(), json);
    assertEquals(families.replace('\'', '"'), families(spec));
    assertEquals(ips, addresses(spec));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "{} ^ SingleStack ['IPv4'] ^ 4",
        "{'ipFamilyPolicy':'PreferDualStack'} ^ PreferDualStack ['IPv4'] ^ 4",
        "{'clusterIP':'None','selector':{}} ^ RequireDualStack ['IPv4','IPv6'] ^ -"
      })
  void create_inAClusterOfOneFamily_fillsIn(String json, String families, String ips) {
    JsonNode spec = created(cluster("10.43.0.0/16"), json);
    assertEquals(families.replace('\'', '"'), families(spec));
    assertEquals(ips, addresses(spec));
  }

  private void assertRefused(ServiceAddresses addresses, String json, String words) {
    ApiException refused = assertThrows(ApiException.class, () -> created(addresses, json));
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "{'ipFamilyPolicy':'RequireDualStack'} ^ spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services",
        "{'ipFamilies':['IPv6']} ^ spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
        "{'clusterIP':'fd00:43::9'} ^ spec.clusterIPs[0]: Invalid value: [\"fd00:43::9\"]: IPv6 is not configured on this cluster"
      })
  void create_inAClusterOfOneFamily_refuses(String json, String words) {
    assertRefused(cluster("10.43.0.0/16"), json, words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "{'ipFamilies':['IPv4','IPv6']} ^ must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
        "{'clusterIP':'10.43.0.7','clusterIPs':['10.43.0.7','fd00:43::7']} ^ when multiple cluster IPs are specified",
        "{'clusterIP':'10.43.0.7','ipFamilies':['IPv6']} ^ spec.clusterIPs[0]: Invalid value: \"10.43.0.7\": expected an IPv6 value as indicated by `ipFamilies[0]`",
        "{'clusterIPs':['10.43.0.7']} ^ must be empty when `clusterIP` is not specified",
        "{'ipFamilies':['IPv4','IPv4']} ^ spec.ipFamilies[1]: Duplicate value",
        "{'ipFamilies':['IPX']} ^ spec.ipFamilies[0]: Unsupported value",
        "{'clusterIP':'fd00:99::7'} ^ failed to allocate IP fd00:99::7: the provided network does not match the current range"
      })
  void create_contradiction_isRefusedByItsField(String json, String words) {
    assertRefused(dual(), json, words);
  }

  @Test
  void update_ofThePolicy_addsAndReleasesTheSecondAddress() {
    ServiceAddresses addresses = dual();
    JsonNode single = created(addresses, "{}");
    ObjectNode wanted = single.deepCopy();
    JsonNode both =
        spec(addresses, wanted.put("ipFamilyPolicy", "RequireDualStack").toString(), single);
    assertEquals("46", addresses(both));
    assertEquals(single.path("clusterIP"), both.path("clusterIP"));
    assertTrue(
        AddressRange.parse("fd00:43::/112").contains(both.path("clusterIPs").path(1).asText()));

    JsonNode again = spec(addresses, "{}", both);
    assertEquals(
        both.path("clusterIPs"), again.path("clusterIPs"), "who replaces it need not know");

    ObjectNode less = both.deepCopy();
    less.putArray("ipFamilies").add("IPv4");
    ApiException refused =
        assertThrows(ApiException.class, () -> spec(addresses, less.toString(), both));
    assertTrue(
        String.valueOf(refused.getMessage())
            .contains("must be 'SingleStack' to release the secondary IP family"));

    ObjectNode back = both.deepCopy();
    JsonNode one = spec(addresses, back.put("ipFamilyPolicy", "SingleStack").toString(), both);
    assertEquals("4", addresses(one));
    assertEquals("SingleStack [\"IPv4\"]", families(one));
  }

  @Test
  void update_preferringWithOneFamily_staysSo() {
    JsonNode old = created(cluster("10.43.0.0/16"), "{'ipFamilyPolicy':'PreferDualStack'}");
    JsonNode same = spec(dual(), old.toString(), old);
    assertEquals("PreferDualStack [\"IPv4\"]", families(same));
    assertEquals("4", addresses(same));
  }

  @Test
  void create_rangeOfIpv6_givesNoAddressTwice() {
    ServiceAddresses small = cluster("10.43.0.0/16", "fd00:43::/123");
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      String ip = created(small, "{'ipFamilies':['IPv6']}").path("clusterIP").asText();
      assertTrue(given.add(ip), ip);
      taken.add(ip);
    }
    assertRefused(small, "{'ipFamilies':['IPv6']}", "range is full");
    assertFalse(given.contains("fd00:43::"));
  }

  private static JsonNode range(String name, String cidrs, String metadata, String ready) {
    return parsed(
        """
        {'metadata':{'name':'%s'%s},'spec':{'cidrs':['%s']},
         'status':{'conditions':[%s]}}\
        """
            .formatted(name, metadata, cidrs.replace(",", "','"), ready));
  }

  private static final String NOT_READY = "{'type':'Ready','status':'False'}";

  @Test
  void create_rangeOfAnObject_isUsedOnlyWhileItIsReadyAndStays() {
    ServiceAddresses addresses = cluster("10.43.0.0/28");
    JsonNode first = range("kubernetes", "10.43.0.0/28", "", "");
    String elsewhere = "{'clusterIP':'203.0.113.9'}";
    String mismatch = "the provided network does not match the current range";
    objects.add(first);
    assertRefused(addresses, elsewhere, mismatch);
    objects.add(range("more", "203.0.113.0/24,fd00:9::/64", "", ""));
    assertEquals("203.0.113.9", created(addresses, elsewhere).path("clusterIP").asText());
    assertRefused(addresses, "{'clusterIP':'203.0.113.255'}", mismatch);
    assertRefused(addresses, "{'ipFamilies':['IPv6']}", "not configured on this cluster");
    objects.set(1, range("more", "203.0.113.0/24", "", NOT_READY));
    assertRefused(addresses, elsewhere, mismatch);
    objects.set(1, range("more", "203.0.113.0/24", ",'deletionTimestamp':'x'", ""));
    assertRefused(addresses, elsewhere, mismatch);
    objects.add(range("same", "203.0.113.0/24", "", ""));
    assertEquals("203.0.113.9", created(addresses, elsewhere).path("clusterIP").asText());
  }

  @Test
  void create_firstRangeFull_takesFromTheNext() {
    ServiceAddresses addresses = cluster("10.43.0.0/28");
    objects.add(range("another", "10.44.0.0/28", "", ""));
    objects.add(range("kubernetes", "10.43.0.0/28", "", ""));
    for (int i = 0; i < 28; i++) {
      String ip = created(addresses, "{}").path("clusterIP").asText();
      assertEquals(i < 14, ip.startsWith("10.43.0."), ip);
      assertTrue(taken.add(ip), ip);
    }
    assertRefused(addresses, "{}", "range is full");
  }

  @Test
  void name_thatWasAService_losesWhatItDidNotAskToKeep() {
    JsonNode old = created(dual(), "{'ipFamilyPolicy':'PreferDualStack'}");
    ObjectNode same = old.deepCopy();
    ServiceAddresses.dropForName(same, old);
    assertFalse(same.has("clusterIP") || same.has("ipFamilies") || same.has("ipFamilyPolicy"));
    ObjectNode other = old.deepCopy();
    other.put("ipFamilyPolicy", "SingleStack");
    ServiceAddresses.dropForName(other, old);
    assertTrue(other.has("ipFamilyPolicy"), "so that it is refused");
  }
}
