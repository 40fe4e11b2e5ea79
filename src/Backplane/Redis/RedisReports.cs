using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// What nodes say about themselves: a hash of reports, and beside it when each of them ends, by the clock of Redis.
/// </summary>
internal sealed class RedisReports(RedisConnection connection, RedisKeys keys) : INodeReports
{
    /// <inheritdoc />
    public async ValueTask StoreAsync(string node, ReadOnlyMemory<byte> report, TimeSpan lifetime,
        CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromMilliseconds(1));
        cancellation.ThrowIfCancellationRequested();
        await connection.EvaluateAsync(RedisScript.Report, [keys.Reports, keys.ReportEnds],
            [node, report.ToArray(), RedisNumber.Milliseconds(lifetime)], cancellation);
    }

    /// <inheritdoc />
    public async ValueTask RemoveAsync(string node, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        cancellation.ThrowIfCancellationRequested();
        await connection.EvaluateAsync(RedisScript.Report, [keys.Reports, keys.ReportEnds],
            [node, RedisValue.EmptyString, "0"], cancellation);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = (RedisResult[])(
            await connection.EvaluateAsync(RedisScript.Reports, [keys.Reports, keys.ReportEnds], [], cancellation))!;
        return [.. answer.Select(report => new ReadOnlyMemory<byte>((byte[])report!))];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = (RedisResult[])(await connection.EvaluateAsync(
            RedisScript.ReportNodes, [keys.ReportEnds], [], cancellation))!;
        return [.. answer.Select(node => (string)node!)];
    }
}
