namespace Relay.Backplane;

/// <summary>
/// A call had keys of several partitions, and the server takes only keys of one slot: a proxy in front of a sharded
/// Redis, which looks like one server.
/// </summary>
internal sealed class PartitionsApartException(Exception inner) : Exception(inner.Message, inner);
