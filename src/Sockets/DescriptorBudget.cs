namespace Relay.Sockets;

/// <summary>
/// Shares out the descriptors that the system allows this process (RLIMIT_NOFILE). Clients get most of them. A reserve
/// stays for what the node opens late: log segments, connections to Redis, S3 and other nodes, and assemblies, without
/// which the runtime aborts. Thread-safe.
/// </summary>
/// <remarks>
/// The system gives a new descriptor the lowest free number. So a socket whose number is below a threshold takes
/// nothing of what lies above it, whatever else is open: the number of the accepted socket is all that has to be looked
/// at.
/// </remarks>
/// <param name="limit">How many descriptors the process may have; <see cref="long.MaxValue"/> for no limit.</param>
/// <param name="servedBelow">The first number of a descriptor that is not for a client that is served.</param>
/// <param name="briefBelow">The first number of a descriptor that is for no client at all.</param>
/// <param name="lowestFree">The number of the next descriptor; null when there is none left.</param>
/// <param name="countOpen">How many descriptors are open now.</param>
internal sealed class DescriptorBudget(
    long limit, long servedBelow, long briefBelow, Func<long?> lowestFree, Func<long> countOpen)
{
    /// <summary>
    /// The reserve is an eighth of the limit within these bounds: 32 are some log segments and the assemblies of a
    /// first request.
    /// </summary>
    private const int LeastReserve = 32;
    private const int MostReserve = 512;

    private readonly Lock gate = new();
    private long? mostConnections;

    /// <summary>How many descriptors the process may have.</summary>
    public long Limit => limit;

    /// <summary>Whether one more client would be served.</summary>
    public bool HasRoom => limit == long.MaxValue || (lowestFree() is { } next && PlaceOf(next) == ClientPlace.Served);

    /// <summary>
    /// About how many clients can be connected at once: what was left for them when this was first asked for.
    /// </summary>
    public long MostConnections
    {
        get
        {
            lock (gate)
            {
                return mostConnections ??= limit == long.MaxValue ? limit : Math.Max(0, servedBelow - countOpen());
            }
        }
    }

    /// <summary>
    /// The budget of this process. Below the reserve lie half as many places for load balancers that ask how the node
    /// does, and for clients that are told to come back later.
    /// </summary>
    public static DescriptorBudget OfThisProcess()
    {
        var limit = ProcessDescriptors.Limit;
        var reserve = Math.Clamp(limit / 8, LeastReserve, MostReserve);
        return new DescriptorBudget(
            limit,
            limit - reserve - (reserve / 2),
            limit - reserve,
            ProcessDescriptors.LowestFree,
            ProcessDescriptors.CountOpen);
    }

    /// <param name="descriptor">The number of a client's socket.</param>
    public ClientPlace PlaceOf(long descriptor) =>
        descriptor < servedBelow || limit == long.MaxValue ? ClientPlace.Served
        : descriptor < briefBelow ? ClientPlace.Brief : ClientPlace.None;
}
