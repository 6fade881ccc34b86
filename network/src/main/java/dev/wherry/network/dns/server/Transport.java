package dev.wherry.network.dns.server;

import java.util.Locale;

/** How a question came. */
enum Transport {
  UDP,
  TCP;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Its name in metrics. */
  String label() {
    return label;
  }
}
