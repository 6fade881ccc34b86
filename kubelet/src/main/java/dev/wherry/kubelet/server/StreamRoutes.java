package dev.wherry.kubelet.server;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.streaming.portforward.PodConnection;
import dev.wherry.streaming.portforward.PortForwardServer;
import dev.wherry.streaming.portforward.SpdyPodConnection;
import dev.wherry.streaming.remotecommand.CommandStreams;
import dev.wherry.streaming.remotecommand.RemoteCommandServer;
import dev.wherry.streaming.remotecommand.SpdyProcess;
import dev.wherry.streaming.upgrade.Negotiated;
import dev.wherry.streaming.upgrade.SpdyClient;
import dev.wherry.streaming.upgrade.Takeover;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code /exec}, {@code /attach} and {@code /portForward}: ends the client's protocol, WebSocket or
 * SPDY, and speaks SPDY to the runtime's streaming server. Requests are blocking, on virtual
 * threads.
 */
final class StreamRoutes {
  private final PodWorkers workers;
  private final CriRuntime runtime;
  private final SpdyClient client;

  /**
   * What a request of these routes has.
   *
   * @param path the parts of the path, the route's own name first
   */
  record Asked(
      Channel channel, HttpHeaders headers, List<String> path, Map<String, List<String>> query) {

    private Takeover takeover() {
      return new Takeover(channel, headers, KubeletServer.HTTP_HANDLERS);
    }

    private boolean flag(String name, String other) {
      List<String> values = query.getOrDefault(name, query.getOrDefault(other, List.of()));
      return !values.isEmpty()
          && (values.getFirst().equals("1") || values.getFirst().equals("true"));
    }

    private CommandStreams streams(boolean tty) throws HttpFailure {
      CommandStreams wanted =
          new CommandStreams(
              flag("input", "stdin"), flag("output", "stdout"), flag("error", "stderr"), tty);
      if (!wanted.stdin() && !wanted.stdout() && !wanted.stderr()) {
        throw new HttpFailure(400, "you must specify at least 1 of stdin, stdout, stderr");
      }
      return wanted;
    }
  }

  StreamRoutes(PodWorkers workers, CriRuntime runtime, SpdyClient client) {
    this.workers = workers;
    this.runtime = runtime;
    this.client = client;
  }

  /** Runs a command in a container. */
  void exec(Asked asked) throws HttpFailure {
    CommandStreams wanted = asked.streams(asked.flag("tty", "tty"));
    Negotiated agreed = agreed(asked, RemoteCommandServer.negotiate(asked.headers()));
    ContainerSnapshot container = runningContainer(asked.path());
    String url =
        runtime.exec(
            ExecRequest.newBuilder()
                .setContainerId(container.id())
                .addAllCmd(asked.query().getOrDefault("command", List.of()))
                .setStdin(wanted.stdin())
                .setStdout(wanted.stdout())
                .setStderr(wanted.stderr())
                .setTty(wanted.tty())
                .build());
    command(asked, agreed, wanted, url);
  }

  /** Joins a container's own streams. */
  void attach(Asked asked) throws HttpFailure {
    ContainerSnapshot container = runningContainer(asked.path());
    boolean tty =
        pod(asked.path())
            .container(container.name())
            .filter(c -> Boolean.TRUE.equals(c.container().tty()))
            .isPresent();
    CommandStreams wanted = asked.streams(tty);
    Negotiated agreed = agreed(asked, RemoteCommandServer.negotiate(asked.headers()));
    String url =
        runtime.attach(
            AttachRequest.newBuilder()
                .setContainerId(container.id())
                .setStdin(wanted.stdin())
                .setStdout(wanted.stdout())
                .setStderr(wanted.stderr())
                .setTty(wanted.tty())
                .build());
    command(asked, agreed, wanted, url);
  }

  private void command(Asked asked, Negotiated agreed, CommandStreams wanted, String url) {
    RemoteCommandServer.begin(
        asked.channel(),
        asked.takeover(),
        agreed,
        wanted,
        () -> SpdyProcess.open(client, URI.create(url), wanted));
  }

  /** Forwards ports of a pod; each connection gets a URL of its own from the runtime. */
  void portForward(Asked asked) throws HttpFailure {
    List<Integer> ports = ports(asked.query());
    Negotiated agreed = agreed(asked, PortForwardServer.negotiate(asked.headers(), ports));
    PodView pod = pod(asked.path());
    String sandbox =
        observe(pod)
            .sandbox()
            .filter(SandboxSnapshot::ready)
            .orElseThrow(() -> new HttpFailure(400, "pod \"" + pod.name() + "\" does not run"))
            .id();
    PortForwardServer.begin(
        asked.channel(), asked.takeover(), agreed, ports, port -> dial(sandbox, port));
  }

  private PodConnection dial(String sandbox, int port) throws IOException {
    String url = runtime.portForward(sandbox, List.of(port));
    return SpdyPodConnection.open(client, URI.create(url), port);
  }

  private static List<Integer> ports(Map<String, List<String>> query) throws HttpFailure {
    List<Integer> ports = new ArrayList<>();
    for (String value : query.getOrDefault("port", query.getOrDefault("ports", List.of()))) {
      for (String port : value.split(",", -1)) {
        if (!port.matches("[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535) {
          throw new HttpFailure(400, "invalid port \"" + port + "\"");
        }
        ports.add(Integer.valueOf(port));
      }
    }
    return ports;
  }

  private static Negotiated agreed(Asked asked, Negotiated negotiated) throws HttpFailure {
    if (negotiated instanceof Negotiated.Refused(int code, String text)) {
      throw new HttpFailure(code, text);
    }
    if (negotiated instanceof Negotiated.WebSocket && !asked.takeover().canWebSocket()) {
      throw new HttpFailure(400, "only WebSocket version 13 is spoken here");
    }
    return negotiated;
  }

  private ContainerSnapshot runningContainer(List<String> path) throws HttpFailure {
    PodView pod = pod(path);
    String name = path.getLast();
    return observe(pod)
        .container(name)
        .filter(ContainerSnapshot::running)
        .orElseThrow(() -> new HttpFailure(404, "container not found (\"" + name + "\")"));
  }

  private PodObservation observe(PodView pod) {
    return runtime.lists().observe(pod.uid(), PodObservation.none(pod.uid()));
  }

  private PodView pod(List<String> path) throws HttpFailure {
    if (path.size() < 3) {
      throw new HttpFailure(400, "the path must name a namespace and a pod");
    }
    return workers
        .find(path.get(1), path.get(2))
        .orElseThrow(() -> new HttpFailure(404, "pod does not exist"));
  }
}
