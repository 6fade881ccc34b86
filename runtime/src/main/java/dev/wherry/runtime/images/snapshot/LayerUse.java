package dev.wherry.runtime.images.snapshot;

/** While it is open no layer is removed; closed by the thread that opened it. */
public interface LayerUse extends AutoCloseable {
  @Override
  void close();
}
