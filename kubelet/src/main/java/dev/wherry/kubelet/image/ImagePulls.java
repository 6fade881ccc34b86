package dev.wherry.kubelet.image;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriImages;
import dev.wherry.kubelet.pod.BackOffs;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodEvents;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Container;
import dev.wherry.proto.cri.v1.AuthConfig;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One pod's image pulls: policy, back-off and events (rule: kubelet's image manager). Owned by the
 * pod's worker; each pull runs on its own virtual thread and wakes the worker at its end.
 */
public final class ImagePulls {
  private static final System.Logger LOG = System.getLogger(ImagePulls.class.getName());

  /** Pulls at once on a node. */
  public static final int PARALLEL_MAX = 4;

  private static final Duration INVALID_RETRY = Duration.ofMinutes(5);

  private final CriImages images;
  private final PodApi api;
  private final PullCredentials credentials;
  private final PodEvents events;
  private final Semaphore parallel;
  private final InstantSource clock;
  private final Runnable wake;
  private final PullTime time;
  private final BackOffs backOffs = new BackOffs();
  private final Map<String, Pull> pulls = new HashMap<>();
  private final Map<String, Failure> failures = new HashMap<>();

  private record Pull(Thread thread, AtomicReference<Outcome> outcome) {}

  private sealed interface Outcome {
    record Pending() implements Outcome {}

    record Done(String imageRef, Duration pulling, Duration all) implements Outcome {}

    record Failed(String message) implements Outcome {}
  }

  private record Failure(Instant at, String message) {}

  public ImagePulls(
      CriImages images,
      PodApi api,
      PullCredentials credentials,
      PodEvents events,
      Semaphore parallel,
      InstantSource clock,
      Runnable wake,
      PullTime time) {
    this.images = images;
    this.api = api;
    this.credentials = credentials;
    this.events = events;
    this.parallel = parallel;
    this.clock = clock;
    this.wake = wake;
    this.time = time;
  }

  /** Looks where the image is and begins a pull when one is due. Never waits for a pull. */
  public ImageVerdict ensure(PodView pod, Container container, PodSandboxConfig sandbox) {
    String image = container.image();
    Optional<String> fullName = ImageNames.normalise(image);
    if (fullName.isEmpty()) {
      String message =
          "Failed to apply default image tag \""
              + image
              + "\": couldn't parse image name \""
              + image
              + "\": invalid reference format";
      warn(pod, container, "InspectFailed", message);
      return new ImageVerdict.Refused(
          "InvalidImageName", message, clock.instant().plus(INVALID_RETRY));
    }
    Pull underWay = pulls.get(container.name());
    if (underWay != null) {
      ImageVerdict verdict = finish(pod, container, underWay);
      time.look(!pulls.isEmpty(), clock.instant());
      return verdict;
    }
    String policy = policy(container);
    if (!policy.equals("Always")) {
      Optional<Image> present = images.find(fullName.get());
      if (present.isPresent()) {
        note(
            pod,
            container,
            "Pulled",
            "Container image \""
                + image
                + "\" already present on machine and can be accessed by the pod");
        failures.remove(container.name());
        return new ImageVerdict.Ready(present.get().getId());
      }
      if (policy.equals("Never")) {
        String message =
            "Container image \"" + image + "\" is not present with pull policy of Never";
        warn(pod, container, "ErrImageNeverPull", message);
        return new ImageVerdict.Refused(
            "ErrImageNeverPull", message, clock.instant().plus(BackOffs.INITIAL));
      }
    }
    return pullOrWait(pod, container, fullName.get(), sandbox);
  }

  private ImageVerdict pullOrWait(
      PodView pod, Container container, String fullName, PodSandboxConfig sandbox) {
    Failure failure = failures.get(container.name());
    if (failure != null) {
      Instant retryAt = backOffs.until(container.image(), failure.at());
      if (retryAt.isAfter(clock.instant())) {
        String backOff = "Back-off pulling image \"" + container.image() + "\"";
        note(pod, container, "BackOff", backOff);
        warn(pod, container, "Failed", "Error: ImagePullBackOff");
        return new ImageVerdict.Refused(
            "ImagePullBackOff", backOff + ": ErrImagePull: " + failure.message(), retryAt);
      }
    }
    note(pod, container, "Pulling", "Pulling image \"" + container.image() + "\"");
    AtomicReference<Outcome> outcome = new AtomicReference<>(new Outcome.Pending());
    Thread thread =
        Thread.ofVirtual()
            .name("pull-" + container.image())
            .start(() -> pull(pod, fullName, sandbox, outcome));
    pulls.put(container.name(), new Pull(thread, outcome));
    time.look(true, clock.instant());
    return new ImageVerdict.Pulling();
  }

  private void pull(
      PodView pod, String fullName, PodSandboxConfig sandbox, AtomicReference<Outcome> outcome) {
    Instant asked = clock.instant();
    try {
      parallel.acquire();
      try {
        Instant began = clock.instant();
        String ref = pull(fullName, credentials.find(api, pod, fullName), sandbox);
        Instant ended = clock.instant();
        outcome.set(
            new Outcome.Done(ref, Duration.between(began, ended), Duration.between(asked, ended)));
      } finally {
        parallel.release();
      }
    } catch (InterruptedException _) {
      outcome.set(new Outcome.Failed("the pull was cancelled"));
    } catch (CriException e) {
      outcome.set(new Outcome.Failed(e.text()));
    } catch (RuntimeException e) {
      outcome.set(new Outcome.Failed(String.valueOf(e.getMessage())));
    }
    wake.run();
  }

  /** With the first credentials that the registry takes; the last refusal counts. */
  private String pull(String fullName, List<AuthConfig> all, PodSandboxConfig sandbox) {
    for (AuthConfig one : all.subList(0, all.size() - 1)) {
      try {
        return images.pull(fullName, one, sandbox);
      } catch (CriException e) {
        LOG.log(Level.DEBUG, "credentials did not do image={0}: {1}", fullName, e.text());
      }
    }
    return images.pull(fullName, all.getLast(), sandbox);
  }

  private ImageVerdict finish(PodView pod, Container container, Pull pull) {
    return switch (java.util.Objects.requireNonNull(pull.outcome().get())) {
      case Outcome.Pending _ -> new ImageVerdict.Pulling();
      case Outcome.Done(String imageRef, Duration pulling, Duration all) -> {
        pulls.remove(container.name());
        failures.remove(container.name());
        backOffs.reset(container.image());
        note(pod, container, "Pulled", pulled(container.image(), imageRef, pulling, all));
        yield new ImageVerdict.Ready(imageRef);
      }
      case Outcome.Failed(String message) -> {
        pulls.remove(container.name());
        Instant now = clock.instant();
        backOffs.tried(container.image(), now);
        failures.put(container.name(), new Failure(now, message));
        String hint = "; if no registry holds it, load it with: wherry image import FILE";
        warn(
            pod,
            container,
            "Failed",
            "Failed to pull image \"" + container.image() + "\": " + message + hint);
        warn(pod, container, "Failed", "Error: ErrImagePull");
        yield new ImageVerdict.Refused("ErrImagePull", message, now.plus(ERR_SHOWN_AT_LEAST));
      }
    };
  }

  /** How long ErrImagePull is shown before ImagePullBackOff. */
  private static final Duration ERR_SHOWN_AT_LEAST = Duration.ofSeconds(1);

  private String pulled(String image, String imageRef, Duration pulling, Duration all) {
    long size = images.find(imageRef).map(Image::getSize).orElse(0L);
    return "Successfully pulled image \""
        + image
        + "\" in "
        + GoDurations.text(pulling)
        + " ("
        + GoDurations.text(all)
        + " including waiting). Image size: "
        + size
        + " bytes.";
  }

  /** Cancels what is under way; for a pod that ends. */
  public void cancel() {
    pulls.values().forEach(pull -> pull.thread().interrupt());
    pulls.clear();
  }

  private static String policy(Container container) {
    if (!container.imagePullPolicy().isEmpty()) {
      return container.imagePullPolicy();
    }
    return ImageNames.isLatest(container.image()) ? "Always" : "IfNotPresent";
  }

  private void note(PodView pod, Container container, String reason, String message) {
    events.record(pod.pod(), pod.fieldPath(container), PodEvents.Type.NORMAL, reason, message);
  }

  private void warn(PodView pod, Container container, String reason, String message) {
    events.record(pod.pod(), pod.fieldPath(container), PodEvents.Type.WARNING, reason, message);
  }
}
