package dev.wherry.apiserver.cel.cost;

import java.util.List;
import java.util.OptionalLong;

/** How large the values of variables can be. */
@FunctionalInterface
public interface Sizes {
  /** A step from a list to what is in it. */
  String ITEMS = "@items";

  /** A step from a map to what is in it. */
  String VALUES = "@values";

  /** A step from a map to its keys. */
  String KEYS = "@keys";

  /** A step from a list to positions in it. */
  String INDICES = "@indices";

  /**
   * The most characters, bytes, items or entries of a value; empty where nothing is known.
   *
   * @param path names of fields, or steps; the variable's own name is not among them
   */
  OptionalLong most(List<String> path);
}
