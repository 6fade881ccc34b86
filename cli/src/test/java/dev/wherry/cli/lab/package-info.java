/**
 * Hosts and networks for end-to-end tests, out of network namespaces, and wherry's processes in
 * them. Test code only.
 */
@org.jspecify.annotations.NullMarked
package dev.wherry.cli.lab;
