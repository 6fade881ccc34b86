package dev.wherry.kubelet.probe;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.env.Expansion;
import dev.wherry.kubelet.image.GoDurations;
import dev.wherry.machinery.address.AddressText;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.EnvVar;
import dev.wherry.model.core.v1.ExecAction;
import dev.wherry.model.core.v1.GRPCAction;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.Probe;
import dev.wherry.model.core.v1.TCPSocketAction;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Runs one probe once. Blocking, on the probe's own virtual thread. */
public final class ProbeCheck {
  private static final int OUTPUT_CHARS_MAX = 10 * 1024;
  private static final int LOOKS_MAX = 3;
  private static final int PORT_MAX = 65_535;

  private final CriRuntime runtime;

  public ProbeCheck(CriRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Looks; where nobody could be asked, three times at once. Never throws for what the container
   * does.
   */
  public ProbeResult run(Probe probe, ProbeTarget target) {
    ProbeResult result = look(probe, target);
    for (int looks = 1; looks < LOOKS_MAX && result.isWorthAnother(); looks++) {
      result = look(probe, target);
    }
    return result;
  }

  private ProbeResult look(Probe probe, ProbeTarget target) {
    Integer seconds = probe.timeoutSeconds();
    Duration timeout = Duration.ofSeconds(seconds == null || seconds == 0 ? 1 : seconds);
    ExecAction exec = probe.exec();
    if (exec != null) {
      return exec(exec, target, timeout);
    }
    HTTPGetAction get = probe.httpGet();
    if (get != null) {
      String host = get.host().isEmpty() ? target.podIp() : get.host();
      return at(get.port(), target, port -> HttpCheck.probe(get, host, port, timeout));
    }
    TCPSocketAction tcp = probe.tcpSocket();
    if (tcp != null) {
      String host = tcp.host().isEmpty() ? target.podIp() : tcp.host();
      return at(tcp.port(), target, port -> tcp(host, port, timeout));
    }
    GRPCAction grpc = probe.grpc();
    if (grpc != null) {
      Integer port = grpc.port();
      return GrpcCheck.check(
          target.podIp(), port == null ? Ports.UNKNOWN : port, grpc.service(), timeout);
    }
    return ProbeResult.unknown("missing probe handler for " + target.container().name());
  }

  private static ProbeResult at(
      @Nullable IntOrString port, ProbeTarget target, IntFunction<ProbeResult> look) {
    int number = Ports.resolve(port, target.container());
    return number <= Ports.UNKNOWN || number > PORT_MAX
        ? ProbeResult.unknown("invalid port number: " + (port == null ? "" : port))
        : look.apply(number);
  }

  private ProbeResult exec(ExecAction exec, ProbeTarget target, Duration timeout) {
    List<String> command = expanded(exec.command(), target.container());
    try {
      ExecSyncResponse answer = runtime.execSync(target.containerId(), command, timeout);
      if (answer.getExitCode() == 0) {
        return ProbeResult.success();
      }
      String output = answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
      return ProbeResult.failure(
          output.length() > OUTPUT_CHARS_MAX ? output.substring(0, OUTPUT_CHARS_MAX) : output);
    } catch (CriException e) {
      return e.code() == Status.Code.DEADLINE_EXCEEDED
          ? ProbeResult.failure(
              "command timed out: \"%s\" timed out after %s"
                  .formatted(String.join(" ", command), GoDurations.text(timeout)))
          : ProbeResult.unknown(e.text());
    }
  }

  /** With the container's own values; those out of ConfigMaps and fields stay names. */
  private static List<String> expanded(List<String> command, Container container) {
    Map<String, String> values = new HashMap<>();
    for (EnvVar variable : container.env()) {
      values.put(variable.name(), variable.value());
    }
    return command.stream().map(word -> Expansion.expand(word, values::get)).toList();
  }

  private static ProbeResult tcp(String host, int port, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
      return ProbeResult.success();
    } catch (IOException e) {
      String shown = AddressText.bracketed(host);
      return ProbeResult.failure(HttpFetch.dialError(e, shown + ":" + port));
    }
  }
}
