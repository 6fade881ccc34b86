package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.figures.CadvisorPage;
import dev.wherry.kubelet.figures.Figures;
import dev.wherry.kubelet.figures.KubeletPage;
import dev.wherry.kubelet.figures.ProbePage;
import dev.wherry.kubelet.figures.ResourcePage;
import dev.wherry.kubelet.figures.SummaryDocument;
import dev.wherry.kubelet.figures.TimesPage;
import dev.wherry.kubelet.figures.WorkPage;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.volume.LocalPaths;
import dev.wherry.kubelet.volume.VolumeCensus;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.volume.LocalPath;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The paths of the kubelet's server, as upstream has them. */
final class Routes {
  private final PodParts parts;
  private final PodWorkers workers;
  private final StreamRoutes streams;
  private final ContainerLogs logs;
  private final MachineLogs machine = new MachineLogs(Path.of("/var/log"));
  private final Figures figures;
  private final Supplier<Instant> certificateEnd;
  private final Consumer<MetricsText> ownFigures;

  /**
   * @param certificateEnd of the server's present certificate
   * @param ownFigures adds to the page of metrics what others have counted
   */
  Routes(
      PodParts parts,
      PodWorkers workers,
      StreamRoutes streams,
      Supplier<Instant> certificateEnd,
      Consumer<MetricsText> ownFigures) {
    this.parts = parts;
    this.ownFigures = ownFigures;
    this.certificateEnd = certificateEnd;
    this.workers = workers;
    this.streams = streams;
    this.logs = new ContainerLogs(workers, parts.runtime(), parts.logs());
    this.figures = new Figures(parts, workers);
  }

  /** Answers, or has the connection leave HTTP. */
  void serve(
      ChannelHandlerContext context,
      FullHttpRequest request,
      QueryStringDecoder target,
      ResponseStream out)
      throws HttpFailure, IOException {
    List<String> path =
        java.util.Arrays.stream(target.path().split("/")).filter(p -> !p.isEmpty()).toList();
    String first = path.isEmpty() ? "" : path.getFirst();
    switch (first) {
      case "configz" -> json(out, configz(context));
      case "healthz" -> text(out, "ok");
      case "pods" -> json(out, podList(workers.pods().stream().map(PodView::pod).toList()));
      case "runningpods" -> json(out, podList(running()));
      case "stats" -> stats(path, target, out);
      case "metrics" -> metrics(path, out);
      case "logs" -> machine.copy(path.subList(1, path.size()), out);
      case "containerLogs" -> containerLogs(context, path, target, out);
      case "exec" -> streams.exec(asked(context, request, path, target));
      case "attach" -> streams.attach(asked(context, request, path, target));
      case "portForward" -> streams.portForward(asked(context, request, path, target));
      case LocalPath.ROUTE -> removeLocalPath(request, path, out);
      default -> throw notFound();
    }
  }

  /** The port may have been a free one. */
  private ObjectNode configz(ChannelHandlerContext context) {
    int port = ((InetSocketAddress) context.channel().localAddress()).getPort();
    return ConfigzDocument.of(
        parts.config().withServerPort(port),
        parts.runtime().systemdCgroups(),
        parts.cgroups().isUnified());
  }

  private void stats(List<String> path, QueryStringDecoder target, ResponseStream out)
      throws HttpFailure, IOException {
    if (path.size() != 2 || !path.get(1).equals("summary")) {
      throw notFound();
    }
    List<String> only = target.parameters().getOrDefault("only_cpu_and_memory", List.of("false"));
    json(out, SummaryDocument.of(figures, Boolean.parseBoolean(only.getFirst())));
  }

  private void metrics(List<String> path, ResponseStream out) throws HttpFailure, IOException {
    String page =
        switch (path.size() > 2 ? "" : path.size() == 1 ? "own" : path.get(1)) {
          case "own" -> ownPage();
          case "resource" -> ResourcePage.of(figures);
          case "cadvisor" -> CadvisorPage.of(figures);
          case "probes" -> ProbePage.of(workers);
          default -> throw notFound();
        };
    out.isPrometheus();
    text(out, page);
  }

  private String ownPage() {
    MetricsText more = new MetricsText();
    WorkPage.write(more, parts.counts(), parts.cgroups().took());
    VolumeCensus.write(more, parts.dirs(), workers.pods());
    ownFigures.accept(more);
    return KubeletPage.of(
            figures, parts.config().version(), parts.counts(), parts.configs().users().counts())
        + TimesPage.of(
            parts.counts(),
            parts.runtime().operations(),
            Duration.between(parts.clock().instant(), certificateEnd.get()))
        + more;
  }

  private static HttpFailure notFound() {
    return new HttpFailure(404, "404 page not found");
  }

  private static StreamRoutes.Asked asked(
      ChannelHandlerContext context,
      FullHttpRequest request,
      List<String> path,
      QueryStringDecoder target) {
    return new StreamRoutes.Asked(context.channel(), request.headers(), path, target.parameters());
  }

  /** Takes a volume of the built-in provisioner away; one that is gone is fine. */
  private void removeLocalPath(FullHttpRequest request, List<String> path, ResponseStream out)
      throws HttpFailure, IOException {
    if (!request.method().equals(HttpMethod.DELETE) || path.size() != 2) {
      throw new HttpFailure(405, "only DELETE /" + LocalPath.ROUTE + "/{directory} is served");
    }
    try {
      new LocalPaths(parts.dirs().localPaths()).remove(path.get(1));
    } catch (VolumeException e) {
      throw new HttpFailure(409, e.text());
    } catch (IOException e) {
      throw new HttpFailure(500, String.valueOf(e.getMessage()));
    }
    json(out, Json.object());
  }

  private static void text(ResponseStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.close();
  }

  private static void json(ResponseStream out, ObjectNode object) throws IOException {
    out.isJson();
    out.write(Json.write(object));
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

  private PodObservation observe(PodView pod) {
    return parts.runtime().lists().observe(pod.uid(), PodObservation.none(pod.uid()));
  }

  private List<Pod> running() {
    return workers.pods().stream()
        .filter(pod -> observe(pod).anyRunning())
        .map(PodView::pod)
        .toList();
  }

  private static ObjectNode podList(List<Pod> pods) {
    ObjectNode list = Json.object();
    list.put("kind", "PodList").put("apiVersion", "v1").putObject("metadata");
    ArrayNode items = list.putArray("items");
    pods.forEach(pod -> items.add(Pod.KIND.toJson(pod)));
    return list;
  }
}
