package dev.wherry.apiserver.admission;

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
    for (AdmissionPlugin plugin : plugins) {
      plugin.mutate(request);
    }
  }

  /** Lets the plugins judge the final object; throws {@code ApiException} when one refuses. */
  public void validate(AdmissionRequest request) {
    for (AdmissionPlugin plugin : plugins) {
      plugin.validate(request);
    }
  }
}
