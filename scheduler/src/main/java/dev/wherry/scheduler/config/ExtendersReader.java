package dev.wherry.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.pki.PeerTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code extenders} of kube-scheduler's configuration (upstream's ValidateExtender). */
final class ExtendersReader {
  private static final Set<String> KEYS =
      Set.of(
          "urlPrefix",
          "filterVerb",
          "preemptVerb",
          "prioritizeVerb",
          "weight",
          "bindVerb",
          "enableHTTPS",
          "tlsConfig",
          "httpTimeout",
          "nodeCacheCapable",
          "managedResources",
          "ignorable");

  private static final Set<String> TLS_KEYS =
      Set.of(
          "insecure",
          "serverName",
          "certFile",
          "keyFile",
          "caFile",
          "certData",
          "keyData",
          "caData");

  /** A part of a Go duration: a number and its unit. */
  private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|µs|ns|h|m|s)");

  private final List<String> complaints;
  private final Set<String> ignoredResources = new LinkedHashSet<>();

  ExtendersReader(List<String> complaints) {
    this.complaints = complaints;
  }

  /** Resources that the fit of nodes is not to look at, since an extender does. */
  Set<String> ignoredResources() {
    return ignoredResources;
  }

  List<ExtenderConfig> read(JsonNode list) {
    List<ExtenderConfig> extenders = new ArrayList<>();
    Set<String> managed = new LinkedHashSet<>();
    int binders = 0;
    for (int i = 0; i < list.size(); i++) {
      JsonNode node = list.get(i);
      String at = "extenders[" + i + "]";
      keys(node, at, KEYS);
      ExtenderConfig extender = extender(node, at, resources(node, at, managed));
      binders += extender.bindVerb().isEmpty() ? 0 : 1;
      extenders.add(extender);
    }
    if (binders > 1) {
      complaints.add(
          "extenders: Invalid value: found "
              + binders
              + " extenders implementing bind: only one extender can implement bind");
    }
    return extenders;
  }

  private ExtenderConfig extender(JsonNode node, String at, Set<String> managed) {
    String url = node.path("urlPrefix").asText("");
    if (!url.startsWith("http://") && !url.startsWith("https://")) {
      complaints.add(at + ".urlPrefix: Invalid value: \"" + url + "\": must be an http(s) URL");
    }
    String prioritize = node.path("prioritizeVerb").asText("");
    int weight = node.path("weight").asInt(0);
    if (!prioritize.isEmpty() && weight <= 0) {
      complaints.add(
          at + ".weight: Invalid value: " + weight + ": must have a positive weight applied to it");
    }
    return new ExtenderConfig(
        url,
        node.path("filterVerb").asText(""),
        prioritize,
        node.path("preemptVerb").asText(""),
        node.path("bindVerb").asText(""),
        weight,
        tls(node, at),
        timeout(node.path("httpTimeout"), at),
        node.path("nodeCacheCapable").asBoolean(),
        managed,
        node.path("ignorable").asBoolean());
  }

  private Set<String> resources(JsonNode node, String at, Set<String> managed) {
    Set<String> resources = new LinkedHashSet<>();
    JsonNode list = node.path("managedResources");
    for (int i = 0; i < list.size(); i++) {
      String path = at + ".managedResources[" + i + "]";
      keys(list.get(i), path, Set.of("name", "ignoredByScheduler"));
      String name = list.get(i).path("name").asText("");
      if (!name.contains("/") || name.startsWith("kubernetes.io/")) {
        complaints.add(
            path + ".name: Invalid value: \"" + name + "\": is an invalid extended resource name");
      }
      if (!managed.add(name)) {
        complaints.add(path + ".name: Invalid value: \"" + name + "\": duplicate resource name");
      }
      resources.add(name);
      if (list.get(i).path("ignoredByScheduler").asBoolean()) {
        ignoredResources.add(name);
      }
    }
    return resources;
  }

  private Duration timeout(JsonNode value, String at) {
    String text = value.asText("0s");
    if (text.equals("0")) {
      return ExtenderConfig.HTTP_TIMEOUT;
    }
    Matcher part = TIME.matcher(text);
    double nanos = 0;
    int end = 0;
    while (part.find() && part.start() == end) {
      nanos += Double.parseDouble(part.group(1)) * unitNanos(part.group(2));
      end = part.end();
    }
    if (end != text.length() || text.isEmpty()) {
      complaints.add(at + ".httpTimeout: Invalid value: \"" + text + "\": write 5s or 300ms");
    }
    return nanos == 0 ? ExtenderConfig.HTTP_TIMEOUT : Duration.ofNanos((long) nanos);
  }

  private static double unitNanos(String unit) {
    return switch (unit) {
      case "h" -> 3_600e9;
      case "m" -> 60e9;
      case "s" -> 1e9;
      case "ms" -> 1e6;
      case "ns" -> 1;
      default -> 1e3;
    };
  }

  /** Without an authority HTTPS is asked for insecurely, as upstream does. */
  private Optional<PeerTls> tls(JsonNode node, String at) {
    JsonNode tls = node.path("tlsConfig");
    keys(tls, at + ".tlsConfig", TLS_KEYS);
    String authority = pem(tls, "ca", at);
    boolean https = node.path("enableHTTPS").asBoolean();
    if (tls.isMissingNode() && !https) {
      return Optional.empty();
    }
    boolean insecure = tls.path("insecure").asBoolean() || (https && authority.isEmpty());
    return Optional.of(
        new PeerTls(
            insecure,
            tls.path("serverName").asText(""),
            authority,
            pem(tls, "cert", at),
            pem(tls, "key", at)));
  }

  /** What stands in the file goes before the file that is named. */
  private String pem(JsonNode tls, String what, String at) {
    String data = tls.path(what + "Data").asText("");
    String file = tls.path(what + "File").asText("");
    String path = at + ".tlsConfig." + what;
    try {
      if (!data.isEmpty()) {
        return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
      }
      return file.isEmpty() ? "" : Files.readString(Path.of(file));
    } catch (IllegalArgumentException e) {
      complaints.add(path + "Data: Invalid value: no Base64");
    } catch (IOException e) {
      complaints.add(path + "File: Invalid value: \"" + file + "\": " + e.getMessage());
    }
    return "";
  }

  private void keys(JsonNode node, String at, Set<String> known) {
    BiConsumer<String, JsonNode> check =
        (key, _) -> {
          if (!known.contains(key)) {
            complaints.add(at + "." + key + ": unknown field");
          }
        };
    node.properties().forEach(entry -> check.accept(entry.getKey(), entry.getValue()));
  }
}
