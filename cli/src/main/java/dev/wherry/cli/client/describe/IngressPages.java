package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.TreeSet;

/** Ingresses and their classes, as kubectl's IngressDescriber. */
final class IngressPages {
  private IngressPages() {}

  static void ingress(JsonNode ingress, Page page, Surroundings around) {
    JsonNode metadata = ingress.path("metadata");
    JsonNode spec = ingress.path("spec");
    String namespace = metadata.path("namespace").asText();
    page.field(0, "Name", metadata.path("name").asText());
    Multiline.labels(page, "Labels", metadata.path("labels"));
    page.field(0, "Namespace", namespace);
    page.field(0, "Address", addresses(ingress));
    page.field(0, "Ingress Class", spec.path("ingressClassName").asText("<none>"));
    String usual =
        spec.has("defaultBackend")
            ? backend(spec.path("defaultBackend"), namespace, around)
            : "<default>";
    page.field(0, "Default backend", usual);
    tls(spec.path("tls"), page);
    page.line(0, "Rules:").line(0, "  Host\tPath\tBackends").line(1, "----\t----\t--------");
    boolean any = false;
    for (JsonNode rule : spec.path("rules")) {
      if (!rule.has("http")) {
        continue;
      }
      any = true;
      page.line(1, Page.or(rule.path("host").asText(""), "*") + "\t");
      for (JsonNode path : rule.path("http").path("paths")) {
        String to = backend(path.path("backend"), namespace, around);
        page.line(2, "\t" + path.path("path").asText("") + " \t" + to);
      }
    }
    if (!any) {
      page.line(1, "*\t*\t" + usual);
    }
    Multiline.annotations(page, "Annotations", metadata.path("annotations"));
    around.events(page, ingress);
  }

  private static String addresses(JsonNode ingress) {
    TreeSet<String> all = new TreeSet<>();
    for (JsonNode one : ingress.path("status").path("loadBalancer").path("ingress")) {
      String address = Page.or(one.path("ip").asText(""), one.path("hostname").asText(""));
      if (!address.isEmpty()) {
        all.add(address);
      }
    }
    return String.join(",", all);
  }

  private static void tls(JsonNode tls, Page page) {
    if (!tls.isEmpty()) {
      page.line(0, "TLS:");
    }
    for (JsonNode one : tls) {
      String secret = one.path("secretName").asText("");
      page.line(
          1,
          (secret.isEmpty() ? "SNI routes " : secret + " terminates ")
              + Page.joined(one.path("hosts"), ","));
    }
  }

  private static String backend(JsonNode backend, String namespace, Surroundings around) {
    JsonNode service = backend.path("service");
    if (!service.isObject()) {
      JsonNode resource = backend.path("resource");
      return "APIGroup: %s, Kind: %s, Name: %s"
          .formatted(
              resource.path("apiGroup").asText("<none>"),
              resource.path("kind").asText(""),
              resource.path("name").asText(""));
    }
    String name = service.path("name").asText();
    JsonNode port = service.path("port");
    String called = port.path("name").asText("");
    String title = name + ":" + (port.has("number") ? port.path("number").asText() : called);
    List<JsonNode> slices = CorePages.slices(namespace, name, around);
    JsonNode found;
    try {
      found = around.get("/api/v1/namespaces/" + namespace + "/services/" + name);
    } catch (ApiException e) {
      return title + " (<error: " + e.text() + ">)";
    }
    String portName = "";
    for (JsonNode one : found.path("spec").path("ports")) {
      boolean same =
          port.has("number")
              ? one.path("port").asInt() == port.path("number").asInt()
              : !called.isEmpty() && called.equals(one.path("name").asText(""));
      if (same) {
        portName = one.path("name").asText("");
      }
    }
    return title + " (" + CorePages.endpoints(slices, portName) + ")";
  }

  static void ingressClass(JsonNode ingressClass, Page page, Surroundings around) {
    JsonNode spec = ingressClass.path("spec");
    page.field(0, "Name", ingressClass.path("metadata").path("name").asText());
    Multiline.metadata(page, ingressClass);
    page.field(0, "Controller", spec.path("controller").asText(""));
    JsonNode parameters = spec.path("parameters");
    if (parameters.isObject()) {
      page.line(0, "Parameters:");
      page.fieldIfSet(1, "APIGroup", parameters.path("apiGroup"));
      page.field(1, "Kind", parameters.path("kind").asText(""));
      page.field(1, "Name", parameters.path("name").asText(""));
    }
    around.events(page, ingressClass);
  }
}
