package dev.wherry.cli;

import dev.wherry.model.core.v1.Taint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** Labels and taints that a worker gives its nodes. */
final class NodeMarks {
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");
  private static final List<String> RESERVED = List.of("kubernetes.io", "k8s.io");

  /** Domains and keys a kubelet may set on its own node (kubelet's --node-labels). */
  private static final List<String> OWN = List.of("kubelet.kubernetes.io", "node.kubernetes.io");

  private static final Set<String> WELL_KNOWN =
      Set.of(
          "kubernetes.io/hostname",
          "kubernetes.io/os",
          "kubernetes.io/arch",
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region",
          "failure-domain.beta.kubernetes.io/zone",
          "beta.kubernetes.io/instance-type",
          "beta.kubernetes.io/os",
          "beta.kubernetes.io/arch");

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label for the node; may be repeated.")
  private List<String> labels = List.of();

  @Option(
      names = "--taint",
      paramLabel = "KEY=VALUE:EFFECT",
      description = "A taint for the node when it is made; may be repeated.")
  private List<String> taints = List.of();

  Map<String, String> labels() {
    return parsedLabels(labels);
  }

  List<Taint> taints() {
    return parsedTaints(taints);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    labels.forEach(label -> arguments.add("--label=" + label));
    taints.forEach(taint -> arguments.add("--taint=" + taint));
    return arguments;
  }

  static Map<String, String> parsedLabels(List<String> texts) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("--label " + text + ": write KEY=VALUE");
      }
      refuseReserved(text.substring(0, equals));
      labels.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return labels;
  }

  /** The server would refuse such a node (NodeRestriction); a person should hear it at once. */
  private static void refuseReserved(String key) {
    String domain = key.substring(0, Math.max(0, key.indexOf('/')));
    boolean reserved =
        RESERVED.stream().anyMatch(r -> domain.equals(r) || domain.endsWith("." + r));
    boolean own = OWN.stream().anyMatch(o -> domain.equals(o) || domain.endsWith("." + o));
    if (reserved && !own && !WELL_KNOWN.contains(key)) {
      throw new IllegalArgumentException(
          "--label "
              + key
              + ": a node may not give itself labels of "
              + domain
              + "; label it from the server (kubectl label node)");
    }
  }

  static List<Taint> parsedTaints(List<String> texts) {
    List<Taint> taints = new ArrayList<>();
    for (String text : texts) {
      int colon = text.lastIndexOf(':');
      String effect = text.substring(colon + 1);
      if (colon <= 0 || !EFFECTS.contains(effect)) {
        throw new IllegalArgumentException(
            "--taint "
                + text
                + ": write KEY=VALUE:EFFECT, with an effect of "
                + List.of("NoSchedule", "PreferNoSchedule", "NoExecute"));
      }
      String[] pair = text.substring(0, colon).split("=", 2);
      taints.add(
          Taint.builder()
              .key(pair[0])
              .value(pair.length > 1 ? pair[1] : "")
              .effect(effect)
              .build());
    }
    return taints;
  }
}
