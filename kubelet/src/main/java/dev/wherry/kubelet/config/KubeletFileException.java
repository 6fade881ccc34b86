package dev.wherry.kubelet.config;

import java.util.List;

/** A KubeletConfiguration that cannot be used; the message lists all that is wrong with it. */
public final class KubeletFileException extends Exception {
  private static final long serialVersionUID = 1L;

  KubeletFileException(List<String> problems) {
    super(String.join("; ", problems));
  }
}
