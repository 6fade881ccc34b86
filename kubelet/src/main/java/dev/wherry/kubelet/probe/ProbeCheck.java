package dev.wherry.kubelet.probe;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.model.core.v1.ExecAction;
import dev.wherry.model.core.v1.GRPCAction;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.Probe;
import dev.wherry.model.core.v1.TCPSocketAction;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Runs one probe once. Blocking, on the probe's own virtual thread. */
public final class ProbeCheck {
  private static final int OUTPUT_CHARS_MAX = 10 * 1024;

  private final CriRuntime runtime;

  /** What a probe found; the text is for the event. */
  public record Result(boolean success, String text) {}

  public ProbeCheck(CriRuntime runtime) {
    this.runtime = runtime;
  }

  /** Looks once; never throws for what the container does. */
  public Result run(Probe probe, ProbeTarget target) {
    Integer seconds = probe.timeoutSeconds();
    Duration timeout = Duration.ofSeconds(seconds == null ? 1 : seconds);
    ExecAction exec = probe.exec();
    if (exec != null) {
      return exec(exec, target, timeout);
    }
    HTTPGetAction get = probe.httpGet();
    if (get != null) {
      String host = get.host().isEmpty() ? target.podIp() : get.host();
      HttpCheck.Answer answer =
          HttpCheck.get(get, host, Ports.resolve(get.port(), target.container()), timeout);
      return new Result(answer.success(), answer.text());
    }
    TCPSocketAction tcp = probe.tcpSocket();
    if (tcp != null) {
      String host = tcp.host().isEmpty() ? target.podIp() : tcp.host();
      return tcp(host, Ports.resolve(tcp.port(), target.container()), timeout);
    }
    GRPCAction grpc = probe.grpc();
    if (grpc != null) {
      Integer port = grpc.port();
      return GrpcCheck.check(
          target.podIp(), port == null ? Ports.UNKNOWN : port, grpc.service(), timeout);
    }
    return new Result(true, "");
  }

  private Result exec(ExecAction exec, ProbeTarget target, Duration timeout) {
    try {
      ExecSyncResponse answer = runtime.execSync(target.containerId(), exec.command(), timeout);
      String output = answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
      return new Result(
          answer.getExitCode() == 0,
          output.length() > OUTPUT_CHARS_MAX ? output.substring(0, OUTPUT_CHARS_MAX) : output);
    } catch (CriException e) {
      return new Result(false, e.text());
    }
  }

  private static Result tcp(String host, int port, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
      return new Result(true, "");
    } catch (java.net.SocketTimeoutException _) {
      return new Result(false, "dial tcp " + host + ":" + port + ": i/o timeout");
    } catch (java.net.ConnectException _) {
      return new Result(false, "dial tcp " + host + ":" + port + ": connect: connection refused");
    } catch (IOException e) {
      return new Result(false, "dial tcp " + host + ":" + port + ": " + e.getMessage());
    }
  }
}
