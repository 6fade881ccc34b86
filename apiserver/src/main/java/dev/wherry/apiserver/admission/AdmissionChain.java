package dev.wherry.apiserver.admission;

import java.util.ArrayList;
import java.util.List;

/** All plugins in order: every {@code mutate} before the registry validates, then every check. */
public final class AdmissionChain {
  private final List<AdmissionPlugin> plugins;

  /** Takes the plugins in the order they run. */
  public AdmissionChain(List<AdmissionPlugin> plugins) {
    this.plugins = List.copyOf(plugins);
  }

  /** Lets the plugins fill the object in; throws {@code ApiException} when one refuses. */
  public void mutate(AdmissionRequest request) {
    Reinvocation round = new Reinvocation();
    mutate(request, round);
    if (round.begin()) {
      mutate(request, round);
    }
  }

  private void mutate(AdmissionRequest request, Reinvocation round) {
    for (AdmissionPlugin plugin : plugins) {
      plugin.mutate(request, round);
    }
  }

  /** Lets the plugins judge the final object; throws {@code ApiException} when one refuses. */
  public void validate(AdmissionRequest request) {
    for (AdmissionPlugin plugin : plugins) {
      plugin.validate(request);
    }
  }

  /** What plugins hold for a write under way. */
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes what the object needs until the write is decided; throws {@code ApiException} when there
   * is not enough.
   */
  public Held reserve(AdmissionRequest request) {
    List<Runnable> taken = new ArrayList<>();
    try {
      for (AdmissionPlugin plugin : plugins) {
        plugin.reserve(request).ifPresent(taken::add);
      }
    } catch (RuntimeException e) {
      taken.forEach(Runnable::run);
      throw e;
    }
    return () -> taken.forEach(Runnable::run);
  }
}
