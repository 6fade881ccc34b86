package dev.wherry.cli.machines;

import dev.wherry.cli.RangeChoice;
import dev.wherry.cli.cluster.Instance;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.pki.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** All machines of a cluster below one folder: makes what is missing, or ends and removes all. */
final class Machines {
  private static final Duration AGENT_MAX = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final int PORT = 6443;
  private static final int LOG_LINES = 8;

  /** What a cluster of IPv6 alone has unless told otherwise. */
  private static final List<String> RANGES6 =
      List.of(
          ClusterRanges.PODS_FLAG + "=" + ClusterRanges.PODS6_USUAL,
          ClusterRanges.SERVICES_FLAG + "=" + ClusterRanges.SERVICES6_USUAL);

  private final Wiring wiring;
  private final Path folder;
  private final Path program;
  private final Consumer<String> say;

  /**
   * @param folder of this cluster alone
   * @param program the launcher
   */
  Machines(Wiring wiring, Path folder, Path program, Consumer<String> say) {
    this.wiring = wiring;
    this.folder = folder;
    this.program = program;
    this.say = say;
  }

  private Machine machine(int number, boolean nat) {
    return Machine.of(wiring, folder, number, nat);
  }

  Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /**
   * Starts the server and the agents that do not run.
   *
   * @param nat whether machines that are made now get a router before them
   * @param limits of each machine that is made now
   * @param upFlags of {@code wherry up} for the server
   */
  void up(int count, boolean nat, Limits limits, boolean busybox, List<String> upFlags)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Shell.script(wiring.creation());
    List<Machine> all = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      all.add(machine(number, nat));
    }
    for (Machine machine : all) {
      if (!machine.isUp()) {
        Shell.script(machine.creation(limits));
      }
      if (busybox) {
        wherry(machine, "image", "import", "--busybox");
      }
    }
    Machine server = all.getFirst();
    say.accept("machine %s at %s: server".formatted(server.name(), server.address()));
    List<String> up = new ArrayList<>(List.of("up", "--node-name=" + server.name()));
    up.add("--node-ip=" + server.address());
    up.addAll(upFlags);
    if (wiring.six() && upFlags.stream().noneMatch(Machines::isRange)) {
      up.addAll(RANGES6);
    }
    wherry(server, up.toArray(String[]::new));
    String config = Files.readString(server.data().resolve("admin.kubeconfig"));
    PrivateFiles.writeSecret(
        kubeconfig(), config.replace("https://127.0.0.1:" + PORT, url(server)));
    agents(server, all.subList(1, all.size()));
  }

  private static boolean isRange(String flag) {
    return flag.startsWith(ClusterRanges.PODS_FLAG) || flag.startsWith(ClusterRanges.SERVICES_FLAG);
  }

  /** Whether the cluster of a folder has addresses of IPv6 alone, as it was made. */
  static boolean isSix(Path folder) throws IOException {
    Path data = Machine.of(new Wiring("any", false), folder, 1, false).data();
    return RangeChoice.isFixed(data) && RangeChoice.UNSAID.in(data).family() == IpFamily.IPV6;
  }

  private static String url(Machine server) {
    String host = server.address();
    return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + PORT;
  }

  /** Runs a command of ours on a machine to its end, with its data directory. */
  private String wherry(Machine machine, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(program.toString()));
    all.addAll(List.of(words));
    all.add("--data-dir=" + machine.data());
    String own = machine.data().resolve("admin.kubeconfig").toString();
    return Shell.run(Map.of("KUBECONFIG", own, "HOME", folder.toString()), machine.on(all));
  }

  private void agents(Machine server, List<Machine> agents)
      throws IOException, InterruptedException {
    Map<Machine, Process> started = new LinkedHashMap<>();
    String token = "";
    for (Machine agent : agents) {
      if (Instance.find(agent.data()).isEmpty()) {
        boolean joined = Files.exists(agent.data().resolve("server-url"));
        if (!joined && token.isEmpty()) {
          token = wherry(server, "token", "create", "--ttl=1h").strip();
        }
        say.accept("machine %s at %s: agent".formatted(agent.name(), agent.address()));
        started.put(agent, Shell.start(agent.log(), agent.on(agent(server, agent, token))));
      }
    }
    for (Map.Entry<Machine, Process> each : started.entrySet()) {
      awaitAgent(each.getKey(), each.getValue());
    }
  }

  private List<String> agent(Machine server, Machine agent, String token) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "setsid",
                program.toString(),
                "agent",
                "--server=" + url(server),
                "--node-name=" + agent.name(),
                "--node-ip=" + agent.address(),
                "--data-dir=" + agent.data()));
    if (!token.isEmpty()) {
      words.add("--token=" + token);
    }
    return words;
  }

  private void awaitAgent(Machine machine, Process process)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + AGENT_MAX.toNanos();
    while (Instance.find(machine.data()).isEmpty()) {
      if (process.waitFor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)
          || System.nanoTime() > end) {
        List<String> lines = Files.readAllLines(machine.log());
        throw new IOException(
            "the agent of %s does not run; its log %s ends with%n%s"
                .formatted(
                    machine.name(),
                    machine.log(),
                    String.join(
                        "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()))));
      }
    }
  }

  /** Brings links of machines that are up into these states. */
  void link(List<LinkState> states) throws IOException, InterruptedException {
    for (LinkState state : states) {
      Machine machine = machine(state.number(), machine(state.number(), false).hasRouter());
      if (!machine.isUp()) {
        throw new IOException("there is no machine " + machine.name() + " that is up");
      }
      Shell.script(state.script(wiring, machine));
    }
  }

  /** Ends all nodes with their pods and removes them; what others have is not touched. */
  void delete() throws IOException, InterruptedException {
    for (int number : numbers().reversed()) {
      Machine machine = machine(number, false);
      if (machine.isUp()) {
        wherry(machine, "delete", "--yes");
      }
      Shell.script(machine.removal());
      say.accept("removed machine " + machine.name());
    }
    Shell.script(wiring.removal());
    remove(folder);
  }

  private List<Integer> numbers() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.matches("\\d+"))
          .map(Integer::parseInt)
          .sorted()
          .toList();
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
