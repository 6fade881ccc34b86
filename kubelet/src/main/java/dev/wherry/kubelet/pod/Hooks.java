package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.probe.HttpCheck;
import dev.wherry.kubelet.probe.Ports;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ExecAction;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.LifecycleHandler;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.SleepAction;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/** Runs lifecycle hooks to their end. Blocking, on a virtual thread of the hook's own. */
final class Hooks {
  private static final System.Logger LOG = System.getLogger(Hooks.class.getName());

  private final CriRuntime runtime;
  private final Timer clock;
  private final PodEvents events;

  Hooks(CriRuntime runtime, Timer clock, PodEvents events) {
    this.runtime = runtime;
    this.clock = clock;
    this.events = events;
  }

  /** When a hook runs, with the words that events and logs have for it. */
  enum Moment {
    POST_START("post-start", "PostStart"),
    PRE_STOP("pre-stop", "PreStop");

    private final String logged;
    private final String told;

    Moment(String logged, String told) {
      this.logged = logged;
      this.told = told;
    }
  }

  /** Runs one handler; false when it failed, which is logged and told then. */
  boolean run(
      Moment moment,
      PodView pod,
      LifecycleHandler handler,
      Container container,
      String containerId,
      String podIp,
      Duration timeout) {
    Optional<String> failure = run(pod.pod(), handler, container, containerId, podIp, timeout);
    if (failure.isEmpty()) {
      return true;
    }
    // What the hook said may hold secrets: events are read by more than those who read logs.
    LOG.log(
        Level.WARNING,
        "{0} hook failed pod={1} container={2} why=\"{3}\"",
        moment.logged,
        pod.identity(),
        container.name(),
        failure.get());
    events.record(
        pod.pod(),
        pod.fieldPath(container),
        PodEvents.Type.WARNING,
        "Failed" + moment.told + "Hook",
        moment.told + "Hook failed");
    return false;
  }

  /** The text says why it failed, empty when it did not. */
  Optional<String> run(
      Pod pod,
      LifecycleHandler handler,
      Container container,
      String containerId,
      String podIp,
      Duration timeout) {
    ExecAction exec = handler.exec();
    if (exec != null) {
      return exec(exec, containerId, timeout);
    }
    HTTPGetAction get = handler.httpGet();
    if (get != null) {
      return http(pod, get, container, podIp, timeout);
    }
    SleepAction sleep = handler.sleep();
    return sleep == null ? Optional.empty() : sleep(sleep, timeout);
  }

  private Optional<String> http(
      Pod pod, HTTPGetAction get, Container container, String podIp, Duration timeout) {
    String host = get.host().isEmpty() ? podIp : get.host();
    int port = Ports.resolve(get.port(), container);
    HttpCheck.Hooked hooked = HttpCheck.hook(get, host, port, timeout);
    if (hooked.withoutTls()) {
      events.record(
          pod,
          "",
          PodEvents.Type.WARNING,
          "LifecycleHTTPFallback",
          "request to HTTPS lifecycle hook %s:%d got HTTP response, retry with HTTP succeeded"
              .formatted(host, port));
    }
    return hooked.failure();
  }

  private Optional<String> exec(ExecAction exec, String containerId, Duration timeout) {
    try {
      ExecSyncResponse answer = runtime.execSync(containerId, exec.command(), timeout);
      if (answer.getExitCode() == 0) {
        return Optional.empty();
      }
      return Optional.of(
          "command '"
              + String.join(" ", exec.command())
              + "' exited with "
              + answer.getExitCode()
              + ": "
              + answer.getStderr().toStringUtf8());
    } catch (CriException e) {
      return Optional.of(e.text());
    }
  }

  private Optional<String> sleep(SleepAction sleep, Duration timeout) {
    Long seconds = sleep.seconds();
    Duration wanted = Duration.ofSeconds(seconds == null ? 0 : seconds);
    try {
      clock.pause(wanted.compareTo(timeout) < 0 ? wanted : timeout);
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
