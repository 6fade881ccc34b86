package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.address.AddressText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Services, endpoints, config maps, secrets, namespaces, service accounts. */
final class CorePages {
  private static final int ENDPOINTS_SHOWN_MAX = 3;

  private CorePages() {}

  private static void head(JsonNode object, Page page) {
    page.field(0, "Name", object.path("metadata").path("name").asText());
    page.field(0, "Namespace", object.path("metadata").path("namespace").asText(""));
    Multiline.metadata(page, object);
  }

  static void service(JsonNode service, Page page, Surroundings around) {
    JsonNode spec = service.path("spec");
    head(service, page);
    page.field(0, "Selector", Multiline.pairs(spec.path("selector")));
    page.field(0, "Type", spec.path("type").asText(""));
    page.fieldIfSet(0, "IP Family Policy", spec.path("ipFamilyPolicy"));
    page.field(0, "IP Families", Page.or(Page.joined(spec.path("ipFamilies"), ","), "<none>"));
    page.field(0, "IP", spec.path("clusterIP").asText(""));
    page.field(0, "IPs", Page.or(Page.joined(spec.path("clusterIPs"), ","), "<none>"));
    if (!spec.path("externalIPs").isEmpty()) {
      page.field(0, "External IPs", Page.joined(spec.path("externalIPs"), ","));
    }
    page.fieldIfSet(0, "Desired LoadBalancer IP", spec.path("loadBalancerIP"));
    page.fieldIfSet(0, "External Name", spec.path("externalName"));
    ingress(service, page);
    JsonNode metadata = service.path("metadata");
    List<JsonNode> slices =
        slices(metadata.path("namespace").asText(), metadata.path("name").asText(), around);
    for (JsonNode port : spec.path("ports")) {
      String name = Page.or(port.path("name").asText(""), "<unset>");
      String protocol = "/" + port.path("protocol").asText("TCP");
      page.line(0, "Port:\t" + name + "\t" + port.path("port").asText() + protocol);
      page.field(0, "TargetPort", port.path("targetPort").asText() + protocol);
      page.fieldIfSet(0, "AppProtocol", port.path("appProtocol"));
      if (port.path("nodePort").asInt() != 0) {
        page.line(0, "NodePort:\t" + name + "\t" + port.path("nodePort").asText() + protocol);
      }
      page.field(0, "Endpoints", endpoints(slices, port.path("name").asText("")));
    }
    page.field(0, "Session Affinity", spec.path("sessionAffinity").asText(""));
    page.fieldIfSet(0, "External Traffic Policy", spec.path("externalTrafficPolicy"));
    page.fieldIfSet(0, "Internal Traffic Policy", spec.path("internalTrafficPolicy"));
    page.fieldIfSet(0, "HealthCheck NodePort", spec.path("healthCheckNodePort"));
    if (!spec.path("loadBalancerSourceRanges").isEmpty()) {
      page.field(
          0, "LoadBalancer Source Ranges", Page.joined(spec.path("loadBalancerSourceRanges"), ","));
    }
    page.fieldIfSet(0, "Traffic Distribution", spec.path("trafficDistribution"));
    around.events(page, service);
  }

  private static void ingress(JsonNode service, Page page) {
    List<String> addresses = new ArrayList<>();
    for (JsonNode one : service.path("status").path("loadBalancer").path("ingress")) {
      String mode = one.path("ipMode").asText("");
      String ip = one.path("ip").asText("");
      addresses.add(
          ip.isEmpty()
              ? one.path("hostname").asText("")
              : ip + (mode.isEmpty() ? "" : " (" + mode + ")"));
    }
    if (!addresses.isEmpty()) {
      page.field(0, "LoadBalancer Ingress", String.join(", ", addresses));
    }
  }

  /** The slices of a Service. */
  static List<JsonNode> slices(String namespace, String service, Surroundings around) {
    return around.list(
        "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices",
        "kubernetes.io/service-name=" + service,
        "");
  }

  /** The first ready endpoints of a Service's port. */
  static String endpoints(List<JsonNode> slices, String portName) {
    if (slices.isEmpty()) {
      return "<none>";
    }
    List<String> all = new ArrayList<>();
    for (JsonNode slice : slices) {
      if (slice.path("ports").isEmpty()) {
        all.addAll(ready(slice));
      }
      for (JsonNode port : slice.path("ports")) {
        if (port.path("name").asText("").equals(portName)) {
          for (String address : ready(slice)) {
            String host = AddressText.bracketed(address);
            all.add(host + ":" + port.path("port").asInt());
          }
        }
      }
    }
    int shown = Math.min(ENDPOINTS_SHOWN_MAX, all.size());
    String text = String.join(",", all.subList(0, shown));
    return all.size() > shown ? text + " + " + (all.size() - shown) + " more..." : text;
  }

  private static List<String> ready(JsonNode slice) {
    List<String> addresses = new ArrayList<>();
    for (JsonNode endpoint : slice.path("endpoints")) {
      if (endpoint.path("conditions").path("ready").asBoolean(true)) {
        addresses.add(endpoint.path("addresses").path(0).asText());
      }
    }
    return addresses;
  }

  static void endpointsObject(JsonNode endpoints, Page page, Surroundings around) {
    head(endpoints, page);
    page.line(0, "Subsets:");
    for (JsonNode subset : endpoints.path("subsets")) {
      page.field(1, "Addresses", addresses(subset.path("addresses")));
      page.field(1, "NotReadyAddresses", addresses(subset.path("notReadyAddresses")));
      if (!subset.path("ports").isEmpty()) {
        page.line(1, "Ports:").line(2, "Name\tPort\tProtocol").line(2, "----\t----\t--------");
        subset.path("ports").forEach(port -> port(page, 2, port));
      }
      page.line(0, "");
    }
    around.events(page, endpoints);
  }

  private static String addresses(JsonNode addresses) {
    List<String> all = new ArrayList<>();
    addresses.forEach(one -> all.add(one.path("ip").asText()));
    return Page.or(String.join(",", all), "<none>");
  }

  private static void port(Page page, int level, JsonNode port) {
    page.line(
        level,
        Page.or(port.path("name").asText(""), "<unset>")
            + "\t"
            + port.path("port").asText("<unset>")
            + "\t"
            + port.path("protocol").asText("TCP"));
  }

  static void endpointSlice(JsonNode slice, Page page, Surroundings around) {
    head(slice, page);
    page.field(0, "AddressType", slice.path("addressType").asText(""));
    if (slice.path("ports").isEmpty()) {
      page.line(0, "Ports: <unset>");
    } else {
      page.line(0, "Ports:").line(1, "Name\tPort\tProtocol").line(1, "----\t----\t--------");
      slice.path("ports").forEach(port -> port(page, 1, port));
    }
    page.line(0, slice.path("endpoints").isEmpty() ? "Endpoints: <none>" : "Endpoints:");
    for (JsonNode endpoint : slice.path("endpoints")) {
      page.field(
          1, "- Addresses", Page.or(Page.joined(endpoint.path("addresses"), ", "), "<none>"));
      page.line(2, "Conditions:");
      page.field(3, "Ready", unset(endpoint.path("conditions").path("ready")));
      page.field(2, "Hostname", unset(endpoint.path("hostname")));
      JsonNode target = endpoint.path("targetRef");
      if (target.isObject()) {
        page.field(
            2, "TargetRef", target.path("kind").asText() + "/" + target.path("name").asText());
      }
      page.field(2, "NodeName", unset(endpoint.path("nodeName")));
      page.field(2, "Zone", unset(endpoint.path("zone")));
    }
    around.events(page, slice);
  }

  private static String unset(JsonNode value) {
    return Page.or(Page.text(value), "<unset>");
  }

  static void configMap(JsonNode map, Page page, Surroundings around) {
    head(map, page);
    page.text("\nData\n====\n");
    Multiline.sorted(map.path("data"))
        .forEach((key, value) -> page.text(key + ":\n----\n" + value + "\n\n"));
    page.text("\nBinaryData\n====\n");
    Multiline.sorted(map.path("binaryData"))
        .forEach((key, value) -> page.text(key + ": " + bytes(value) + " bytes\n"));
    page.text("\n");
    around.events(page, map);
  }

  private static int bytes(String base64) {
    return Base64.getMimeDecoder().decode(base64).length;
  }

  static void secret(JsonNode secret, Page page, Surroundings around) {
    String type = secret.path("type").asText("");
    head(secret, page);
    page.text("\n").field(0, "Type", type).text("\nData\n====\n");
    Multiline.sorted(secret.path("data"))
        .forEach((key, value) -> {
          boolean shown = key.equals("token") && type.equals("kubernetes.io/service-account-token");
          page.field(
              0,
              key,
              shown
                  ? new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8)
                  : bytes(value) + " bytes");
        });
  }

  static void namespace(JsonNode namespace, Page page, Surroundings around) {
    String name = namespace.path("metadata").path("name").asText();
    page.field(0, "Name", name);
    Multiline.metadata(page, namespace);
    page.field(0, "Status", namespace.path("status").path("phase").asText(""));
    JsonNode conditions = namespace.path("status").path("conditions");
    if (!conditions.isEmpty()) {
      page.line(0, "Conditions:").line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
      page.line(1, "----\t------\t------------------\t------\t-------");
      for (JsonNode c : conditions) {
        page.line(
            1,
            String.join(
                "\t",
                c.path("type").asText(),
                c.path("status").asText(),
                Moments.date(c.path("lastTransitionTime")),
                c.path("reason").asText(""),
                c.path("message").asText("")));
      }
    }
    String path = "/api/v1/namespaces/" + name;
    PolicyPages.quotas(page, around.list(path + "/resourcequotas", "", ""));
    PolicyPages.limitRanges(page, around.list(path + "/limitranges", "", ""));
  }

  static void priorityClass(JsonNode priority, Page page, Surroundings around) {
    page.field(0, "Name", priority.path("metadata").path("name").asText());
    page.field(0, "Value", priority.path("value").asText("0"));
    page.field(0, "GlobalDefault", Boolean.toString(priority.path("globalDefault").asBoolean()));
    page.field(0, "PreemptionPolicy", priority.path("preemptionPolicy").asText(""));
    page.field(0, "Description", priority.path("description").asText(""));
    Multiline.annotations(page, "Annotations", priority.path("metadata").path("annotations"));
    around.events(page, priority);
  }

  static void serviceAccount(JsonNode account, Page page, Surroundings around) {
    head(account, page);
    names(page, "Image pull secrets:", account.path("imagePullSecrets"));
    around.events(page, account);
  }

  private static void names(Page page, String title, JsonNode references) {
    if (references.isEmpty()) {
      page.line(0, title + "\t<none>");
    }
    String before = title;
    for (JsonNode reference : references) {
      page.line(0, before + "\t" + reference.path("name").asText());
      before = " ".repeat(title.length());
    }
  }
}
