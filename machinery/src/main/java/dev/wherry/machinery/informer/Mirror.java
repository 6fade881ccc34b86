package dev.wherry.machinery.informer;

/** What keeps a view up to date, on a thread of its own. */
sealed interface Mirror permits CacheMirror, Reflector {
  void start();

  void close();
}
