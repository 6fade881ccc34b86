package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.Collection;
import java.util.List;

/** Rules of probes and lifecycle handlers. */
final class ProbeRules {
  private static final List<String> PROBE_HANDLERS =
      List.of("exec", "httpGet", "tcpSocket", "grpc");
  private static final List<String> HOOK_HANDLERS =
      List.of("exec", "httpGet", "tcpSocket", "sleep");

  private ProbeRules() {}

  static void liveness(Field probe, long grace) {
    probe(probe);
    onlyOneSuccess(probe);
    terminationGrace(probe, grace);
  }

  static void startup(Field probe, long grace) {
    liveness(probe, grace);
  }

  static void readiness(Field probe) {
    probe(probe);
    if (probe.child("terminationGracePeriodSeconds").present()) {
      probe.child("terminationGracePeriodSeconds").invalid("must not be set for readinessProbes");
    }
  }

  private static void onlyOneSuccess(Field probe) {
    Field threshold = probe.child("successThreshold");
    if (probe.present() && threshold.present() && threshold.number() != 1) {
      threshold.invalid("must be 1");
    }
  }

  private static void terminationGrace(Field probe, long grace) {
    Field own = probe.child("terminationGracePeriodSeconds");
    if (own.present() && own.number() < 1) {
      own.invalid("must be greater than 0");
    }
    if (grace < 0) {
      own.nonNegative();
    }
  }

  private static void probe(Field probe) {
    if (!probe.present()) {
      return;
    }
    handler(probe, PROBE_HANDLERS);
    for (String name :
        List.of(
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold")) {
      probe.child(name).nonNegative();
    }
  }

  static void hook(Field hook) {
    if (hook.present()) {
      handler(hook, HOOK_HANDLERS);
    }
  }

  private static void handler(Field handler, Collection<String> kinds) {
    List<String> set = handler.presentOf(kinds);
    if (set.isEmpty()) {
      handler.errors().required(handler.path(), "must specify a handler type");
    }
    for (String extra : set.subList(Math.min(1, set.size()), set.size())) {
      handler.child(extra).forbidden("may not specify more than 1 handler type");
    }
    if (set.contains("exec") && handler.at("exec", "command").node().isEmpty()) {
      handler.errors().required(handler.at("exec", "command").path(), "");
    }
    if (set.contains("httpGet")) {
      Field http = handler.child("httpGet");
      http.child("path").require();
      port(http.child("port"));
      http.child("scheme").oneOf(List.of("HTTP", "HTTPS"));
      Field headers = http.child("httpHeaders");
      headers.items().forEach(header -> headerName(headers.path(), header.child("name")));
    }
    if (set.contains("tcpSocket")) {
      port(handler.at("tcpSocket", "port"));
    }
    if (set.contains("grpc")) {
      handler.at("grpc", "port").between(1, 65535);
    }
    if (set.contains("sleep") && handler.at("sleep", "seconds").number() < 0) {
      handler.at("sleep", "seconds").invalid("must be greater than or equal to 0");
    }
  }

  private static void headerName(String list, Field name) {
    if (!name.text().matches("[-A-Za-z0-9]+")) {
      name.errors()
          .invalid(
              list,
              name.text(),
              "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for"
                  + " validation is '[-A-Za-z0-9]+')");
    }
  }

  /** A number from 1 to 65535 or the name of a port. */
  static void port(Field port) {
    if (port.node().isNumber()) {
      port.between(1, 65535);
    } else {
      NameRules.portName(port.text())
          .forEach(m -> port.errors().invalid(port.path(), port.text(), m));
    }
  }
}
