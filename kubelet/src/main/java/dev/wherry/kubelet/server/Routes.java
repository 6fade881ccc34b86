package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ExecRequest;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The paths of the kubelet's server, as upstream has them. */
final class Routes {
  private final PodParts parts;
  private final PodWorkers workers;
  private final StreamPart streams;
  private final ContainerLogs logs;
  private final NodeStats stats;

  Routes(PodParts parts, PodWorkers workers, StreamPart streams) {
    this.parts = parts;
    this.workers = workers;
    this.streams = streams;
    this.logs = new ContainerLogs(workers, parts.runtime(), parts.logs());
    this.stats = new NodeStats(parts, workers);
  }

  /** Answers; true when the request was taken over and is not the caller's any more. */
  boolean serve(
      ChannelHandlerContext context,
      FullHttpRequest request,
      QueryStringDecoder target,
      ResponseStream out)
      throws HttpFailure, IOException {
    List<String> path =
        java.util.Arrays.stream(target.path().split("/")).filter(p -> !p.isEmpty()).toList();
    String first = path.isEmpty() ? "" : path.getFirst();
    switch (first) {
      case "healthz" -> text(out, "ok");
      case "pods" -> text(out, podList(workers.pods().stream().map(PodView::pod).toList()));
      case "runningpods" -> text(out, podList(running()));
      case "stats" -> text(out, new String(Json.write(stats.summary()), StandardCharsets.UTF_8));
      case "metrics" -> text(out, stats.resourceMetrics());
      case "containerLogs" -> containerLogs(context, path, target, out);
      case "exec" -> {
        streams.begin(context, request, exec(path, target.parameters()));
        return true;
      }
      case "attach" -> {
        streams.begin(context, request, attach(path, target.parameters()));
        return true;
      }
      case "portForward" -> {
        streams.begin(context, request, portForward(path, target.parameters()));
        return true;
      }
      default -> throw new HttpFailure(404, "404 page not found");
    }
    return false;
  }

  private static void text(ResponseStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.close();
  }

  private void containerLogs(
      ChannelHandlerContext context,
      List<String> path,
      QueryStringDecoder target,
      ResponseStream out)
      throws HttpFailure, IOException {
    if (path.size() != 4) {
      throw new HttpFailure(400, "the path must be /containerLogs/{namespace}/{pod}/{container}");
    }
    LogQuery query;
    try {
      query = LogQuery.parse(target.parameters(), parts.clock().instant());
    } catch (IllegalArgumentException e) {
      throw new HttpFailure(422, String.valueOf(e.getMessage()));
    }
    logs.copy(
        path.get(1), path.get(2), path.get(3), query, () -> context.channel().isActive(), out);
    out.close();
  }

  private String exec(List<String> path, Map<String, List<String>> query) throws HttpFailure {
    ContainerSnapshot container = runningContainer(path);
    return parts
        .runtime()
        .exec(
            ExecRequest.newBuilder()
                .setContainerId(container.id())
                .addAllCmd(query.getOrDefault("command", List.of()))
                .setStdin(flag(query, "input", "stdin"))
                .setStdout(flag(query, "output", "stdout"))
                .setStderr(flag(query, "error", "stderr") && !flag(query, "tty", "tty"))
                .setTty(flag(query, "tty", "tty"))
                .build());
  }

  private String attach(List<String> path, Map<String, List<String>> query) throws HttpFailure {
    ContainerSnapshot container = runningContainer(path);
    boolean tty =
        pod(path)
            .container(container.name())
            .filter(c -> Boolean.TRUE.equals(c.container().tty()))
            .isPresent();
    return parts
        .runtime()
        .attach(
            AttachRequest.newBuilder()
                .setContainerId(container.id())
                .setStdin(flag(query, "input", "stdin"))
                .setStdout(flag(query, "output", "stdout"))
                .setStderr(flag(query, "error", "stderr") && !tty)
                .setTty(tty)
                .build());
  }

  private String portForward(List<String> path, Map<String, List<String>> query)
      throws HttpFailure {
    PodView pod = pod(path);
    SandboxSnapshot sandbox =
        observe(pod)
            .sandbox()
            .filter(SandboxSnapshot::ready)
            .orElseThrow(() -> new HttpFailure(400, "pod \"" + pod.name() + "\" does not run"));
    List<Integer> ports =
        query.getOrDefault("port", query.getOrDefault("ports", List.of())).stream()
            .flatMap(p -> java.util.Arrays.stream(p.split(",")))
            .map(Integer::valueOf)
            .toList();
    return parts.runtime().portForward(sandbox.id(), ports);
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
    return parts.runtime().lists().observe(pod.uid(), PodObservation.none(pod.uid()));
  }

  private PodView pod(List<String> path) throws HttpFailure {
    if (path.size() < 3) {
      throw new HttpFailure(400, "the path must name a namespace and a pod");
    }
    return workers
        .find(path.get(1), path.get(2))
        .orElseThrow(() -> new HttpFailure(404, "pod does not exist"));
  }

  private List<Pod> running() {
    return workers.pods().stream()
        .filter(pod -> observe(pod).anyRunning())
        .map(PodView::pod)
        .toList();
  }

  private static String podList(List<Pod> pods) {
    ObjectNode list = Json.object();
    list.put("kind", "PodList").put("apiVersion", "v1").putObject("metadata");
    ArrayNode items = list.putArray("items");
    pods.forEach(pod -> items.add(Pod.KIND.toJson(pod)));
    return new String(Json.write(list), StandardCharsets.UTF_8);
  }

  private static boolean flag(Map<String, List<String>> query, String name, String other) {
    List<String> values = query.getOrDefault(name, query.getOrDefault(other, List.of()));
    return !values.isEmpty() && (values.getFirst().equals("1") || values.getFirst().equals("true"));
  }
}
