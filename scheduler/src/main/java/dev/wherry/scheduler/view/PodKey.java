package dev.wherry.scheduler.view;

/** A pod's namespace and name. */
public record PodKey(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
