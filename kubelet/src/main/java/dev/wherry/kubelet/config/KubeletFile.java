package dev.wherry.kubelet.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.config.NodeSettings.ImageLimits;
import dev.wherry.kubelet.config.NodeSettings.LogLimits;
import dev.wherry.kubelet.launch.IdRange;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.model.Quantity;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A KubeletConfiguration as upstream's kubelet takes it with {@code --config}: strict, every field
 * either honoured, refused by name or warned of by name.
 *
 * @param settings how pods are treated
 * @param port of the agent's server; empty leaves it to the command line
 * @param clusterDns addresses; empty leaves it to the cluster
 * @param clusterDomain empty leaves it to the cluster
 * @param resolvConf the file with the node's resolvers; empty for the host's
 * @param podLogs empty for the usual folder
 * @param systemdCgroups whether systemd makes cgroups, where the runtime does not say it itself
 * @param taints put on the node when it is made
 * @param warnings fields that have no effect
 */
public record KubeletFile(
    NodeSettings settings,
    OptionalLong port,
    List<String> clusterDns,
    Optional<String> clusterDomain,
    Optional<String> resolvConf,
    Optional<String> podLogs,
    boolean systemdCgroups,
    List<Taint> taints,
    List<String> warnings) {
  private static final String API_VERSION = "kubelet.config.k8s.io/v1beta1";
  private static final String KIND = "KubeletConfiguration";
  private static final Set<String> RESERVABLE = Set.of("cpu", "memory", "ephemeral-storage", "pid");
  private static final String ENFORCE = "enforceNodeAllocatable";
  private static final String SWAP = "memorySwap";
  private static final String LIMITED_SWAP = "LimitedSwap";
  private static final String USERS = "userNamespaces";
  private static final long PORT_MAX = 65_535;
  private static final long PERCENT_MAX = 100;

  public KubeletFile {
    clusterDns = List.copyOf(clusterDns);
    taints = List.copyOf(taints);
    warnings = List.copyOf(warnings);
  }

  /**
   * @param bytes YAML or JSON
   * @param defaults what holds where the file says nothing
   * @param cores of the machine, for podsPerCore
   */
  public static KubeletFile parse(byte[] bytes, NodeSettings defaults, int cores)
      throws KubeletFileException {
    List<String> problems = new ArrayList<>();
    JsonNode tree = tree(bytes, problems);
    List<String> warnings = KnownFields.check(tree, problems);
    Reader file = new Reader(tree, problems);
    KubeletFile parsed =
        new KubeletFile(
            settings(file, defaults, cores),
            file.number("port", 1, PORT_MAX),
            file.texts("clusterDNS"),
            file.text("clusterDomain"),
            file.text("resolvConf"),
            file.text("podLogsDir"),
            systemdCgroups(file),
            taints(file),
            warnings);
    if (!problems.isEmpty()) {
      throw new KubeletFileException(problems);
    }
    return parsed;
  }

  private static boolean systemdCgroups(Reader file) {
    String driver = file.text("cgroupDriver").orElse("cgroupfs");
    if (!driver.equals("cgroupfs") && !driver.equals("systemd")) {
      file.wrong("cgroupDriver", "must be cgroupfs or systemd");
    }
    return driver.equals("systemd");
  }

  private static JsonNode tree(byte[] bytes, List<String> problems) throws KubeletFileException {
    try {
      Json.Parsed parsed = Yaml.parse(bytes);
      parsed.duplicates().forEach(name -> problems.add("field \"" + name + "\" stands twice"));
      JsonNode tree = parsed.tree();
      if (!tree.path("apiVersion").asText().equals(API_VERSION)
          || !tree.path("kind").asText().equals(KIND)) {
        throw new KubeletFileException(
            List.of("apiVersion and kind must be " + API_VERSION + " and " + KIND));
      }
      return tree;
    } catch (DecodeException e) {
      throw new KubeletFileException(List.of(String.valueOf(e.getMessage())));
    }
  }

  private static NodeSettings settings(Reader file, NodeSettings defaults, int cores) {
    long most = file.number("maxPods", 1, Integer.MAX_VALUE).orElse(defaults.maxPods());
    long perCore = file.number("podsPerCore", 0, Integer.MAX_VALUE).orElse(0);
    Map<String, Quantity> reserved = reserved(file, defaults);
    PlacementSettings placement = new PlacementFields(file).read(reserved);
    long pids = file.number("podPidsLimit", -1, Long.MAX_VALUE).orElse(defaults.pidsMax());
    return new NodeSettings(
        PlacementFields.reserved(reserved, placement),
        (int) (perCore > 0 ? Math.min(most, perCore * cores) : most),
        pids > 0 ? pids : NodeSettings.UNLIMITED,
        file.flag("singleProcessOOMKill").orElse(defaults.singleOomKill()),
        limitedSwap(file, defaults),
        file.flag("seccompDefault").orElse(defaults.seccompDefault()),
        file.has("allowedUnsafeSysctls")
            ? file.texts("allowedUnsafeSysctls")
            : defaults.unsafeSysctls(),
        file.text("staticPodPath").orElse(defaults.staticPods()),
        defaults.pluginRoot(),
        placement,
        new EvictionFields(file).read(defaults.eviction()),
        images(file, defaults.images()),
        defaults.imageCredentials(),
        logs(file, defaults.logs()),
        enforced(file, defaults),
        idsPerPod(file, defaults),
        ShutdownStep.read(file, defaults.shutdown()));
  }

  private static long idsPerPod(Reader file, NodeSettings defaults) {
    for (Map.Entry<String, JsonNode> field : file.raw(USERS).orElse(Json.object()).properties()) {
      long ids = field.getValue().asLong();
      if (!field.getKey().equals("idsPerPod")) {
        file.wrong(USERS, "unknown field \"" + field.getKey() + "\"");
      } else if (!field.getValue().isIntegralNumber()
          || ids <= 0
          || ids % IdRange.UNIT != 0
          || ids >= 1L << 32) {
        file.wrong(USERS + ".idsPerPod", "must be a multiple of 65536 below 4294967296");
      } else {
        return ids;
      }
    }
    return defaults.idsPerPod();
  }

  private static boolean limitedSwap(Reader file, NodeSettings defaults) {
    if (!file.has(SWAP)) {
      return defaults.limitedSwap();
    }
    JsonNode given = file.raw(SWAP).orElse(Json.object());
    String behavior = given.path("swapBehavior").asText();
    if (given.properties().stream().anyMatch(one -> !one.getKey().equals("swapBehavior"))
        || !Set.of("", "NoSwap", LIMITED_SWAP).contains(behavior)) {
      file.wrong(SWAP, "must be {swapBehavior: NoSwap} or {swapBehavior: LimitedSwap}");
    }
    return behavior.equals(LIMITED_SWAP);
  }

  /** What an agent does in one way only, in the form of the configuration. */
  public static ObjectNode fixed() {
    return KnownFields.fixedTree();
  }

  /** Of whom what is reserved is enforced: of pods, or of nobody. */
  private static boolean enforced(Reader file, NodeSettings defaults) {
    if (!file.has(ENFORCE)) {
      return defaults.enforced();
    }
    List<String> names = file.texts(ENFORCE);
    if (names.stream().anyMatch(name -> !Set.of("pods", "none", "").contains(name))) {
      file.wrong(ENFORCE, "must be [pods] or [none]");
    }
    return names.contains("pods");
  }

  private static Map<String, Quantity> reserved(Reader file, NodeSettings defaults) {
    if (!file.has("systemReserved") && !file.has("kubeReserved")) {
      return defaults.reserved();
    }
    Map<String, Quantity> sum = new LinkedHashMap<>();
    for (String field : List.of("systemReserved", "kubeReserved")) {
      file.map(field)
          .forEach((name, text) -> {
            if (!RESERVABLE.contains(name)) {
              file.wrong(field, "cannot reserve \"" + name + "\"");
            }
            file.quantity(field + "[" + name + "]", text)
                .ifPresent(amount -> sum.merge(name, amount, Quantity::plus));
          });
    }
    return sum;
  }

  private static ImageLimits images(Reader file, ImageLimits defaults) {
    long high =
        file.number("imageGCHighThresholdPercent", 0, PERCENT_MAX).orElse(defaults.highPercent());
    long low =
        file.number("imageGCLowThresholdPercent", 0, PERCENT_MAX).orElse(defaults.lowPercent());
    if (low >= high) {
      file.wrong("imageGCLowThresholdPercent", "must be less than imageGCHighThresholdPercent");
    }
    return new ImageLimits((int) high, (int) low);
  }

  private static LogLimits logs(Reader file, LogLimits defaults) {
    long size =
        file.text("containerLogMaxSize")
            .flatMap(text -> file.quantity("containerLogMaxSize", text))
            .map(Quantity::value)
            .orElse(defaults.fileBytesMax());
    long files =
        file.number("containerLogMaxFiles", 2, Integer.MAX_VALUE).orElse(defaults.filesMax());
    return new LogLimits(size, (int) files);
  }

  private static List<Taint> taints(Reader file) {
    List<Taint> taints = new ArrayList<>();
    for (JsonNode one : file.raw("registerWithTaints").orElse(Json.array())) {
      String key = one.path("key").asText();
      String effect = one.path("effect").asText();
      if (key.isEmpty()
          || !Set.of("NoSchedule", "PreferNoSchedule", "NoExecute").contains(effect)) {
        file.wrong("registerWithTaints", "every taint needs a key and a known effect");
      }
      taints.add(Taint.builder().key(key).value(one.path("value").asText()).effect(effect).build());
    }
    return taints;
  }
}
