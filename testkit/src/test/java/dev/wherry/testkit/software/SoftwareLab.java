package dev.wherry.testkit.software;

import dev.wherry.cli.cluster.Instance;
import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server and an agent, each a process that may be killed alone, in one network namespace that
 * this machine reaches over a link. The agent runs pods on the built-in runtime. Needs root.
 */
final class SoftwareLab implements AutoCloseable {
  private static final String SPACE = "wherry-soft-" + ProcessHandle.current().pid();
  private static final List<String> INSIDE = List.of("nsenter", "--net=/run/netns/" + SPACE);
  private static final String NODE = "e2e-software";
  private static final long END_SECONDS_MAX = 60;
  private static final long START_SECONDS_MAX = 120;

  /** Of a range for tests between networks; another one for each process. */
  private static final String NETWORK = "198.18." + ProcessHandle.current().pid() % 256;

  private final Path folder;
  private final Cluster cluster;
  private final Path agentData;
  private final List<String> agentCommand;
  private Process agent;

  private SoftwareLab(Path folder, Cluster cluster) throws IOException, InterruptedException {
    this.folder = folder;
    this.cluster = cluster;
    this.agentData = folder.resolve("agent");
    List<String> program = new ArrayList<>(INSIDE);
    program.addAll(cluster.wherry().command());
    String join =
        new Program(program, cluster.wherry().environment())
            .run("token", "create", "--print-join-command", "--data-dir=" + data())
            .orThrow();
    List<String> words = new ArrayList<>(List.of(join.strip().split(" ", -1)));
    words.removeFirst();
    agentCommand = new ArrayList<>(program);
    agentCommand.addAll(words);
    agentCommand.addAll(
        List.of(
            "--data-dir=" + agentData,
            "--runtime=builtin",
            "--node-name=" + NODE,
            "--node-ip=" + address()));
    agent = startAgent();
  }

  /** Starts it; the node may not be Ready yet. */
  static SoftwareLab start(Path folder) throws IOException, InterruptedException {
    String side = "ws" + ProcessHandle.current().pid();
    Program ip = new Program(List.of("ip"), Map.of());
    ip.run("netns", "add", SPACE).orThrow();
    ip.run("link", "add", side, "type", "veth", "peer", "name", "eth0", "netns", SPACE).orThrow();
    ip.run("address", "add", NETWORK + ".1/24", "dev", side).orThrow();
    ip.run("link", "set", side, "up").orThrow();
    Program in = new Program(List.of("ip", "-n", SPACE), Map.of());
    in.run("link", "set", "lo", "up").orThrow();
    in.run("address", "add", address() + "/24", "dev", "eth0").orThrow();
    in.run("link", "set", "eth0", "up").orThrow();
    in.run("route", "add", "default", "via", NETWORK + ".1").orThrow();
    return new SoftwareLab(folder, Cluster.start(INSIDE, List.of("--disable-agent"), Map.of()));
  }

  private Process startAgent() throws IOException {
    Files.createDirectories(agentData);
    return new ProcessBuilder(agentCommand)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("agent.log").toFile()))
        .start();
  }

  private Path data() {
    return cluster.dataDirectory();
  }

  /** Where this machine reaches the node. */
  static String address() {
    return NETWORK + ".2";
  }

  /** Offers an archive's image to the agent. */
  void load(Path archive) throws IOException, InterruptedException {
    cluster
        .wherry()
        .run("image", "import", archive.toString(), "--data-dir=" + agentData)
        .orThrow();
  }

  Program kubectl(Path binary) {
    List<String> command = new ArrayList<>(INSIDE);
    command.add(binary.toString());
    return new Program(
        command, Map.of("KUBECONFIG", cluster.kubeconfig().toString(), "HOME", folder.toString()));
  }

  /** SIGKILL to the agent alone, and another one that works in its place. */
  void killAgent() throws IOException, InterruptedException {
    // The launcher has become the program.
    agent.destroyForcibly();
    agent.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
    agent = startAgent();
    // A directory that an agent just begins to use cannot be removed.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    while (Instance.find(agentData).isEmpty()) {
      if (System.nanoTime() > end || !agent.isAlive()) {
        throw new IOException(Files.readString(folder.resolve("agent.log")));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** SIGKILL to the server alone, and another one in its place. */
  void killServer() throws IOException, InterruptedException {
    cluster.kill();
    cluster.up();
  }

  /** Where plugins find this node: the one path they know where no other node has it. */
  Path pluginFolder() throws IOException {
    Path own = agentData.resolve("kubelet");
    Path known = Path.of("/var/lib/kubelet");
    Path mark = known.resolve(".wherry-node");
    return Files.exists(mark) && Files.readString(mark).equals(own.toString()) ? known : own;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      cluster.wherry().run("delete", "--yes", "--data-dir=" + agentData).orThrow();
      agent.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
      cluster.close();
    } finally {
      var _ = new Program(List.of("ip"), Map.of()).run("netns", "delete", SPACE);
    }
  }
}
