using Microsoft.AspNetCore.Http;
using Relay.Doubles;
using Relay.Sockets.Backpressure;

namespace Relay.Api;

/// <summary>Reading the body of a request that is an update.</summary>
public sealed class UpdateBodyTests
{
    private const int Size = 600_000;

    /// <summary>More than the piece in which a body is read, less than any large body.</summary>
    private const int LittleMemory = 150_000;

    private readonly BufferBudget budget = new(1L << 30, TimeProvider.System);

    [Fact]
    public async Task A_large_body_that_is_refused_is_no_new_large_object()
    {
        var body = new byte[Size];
        body.AsSpan().Fill(0xFF);
        for (var i = 0; i < 6; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var update = new UpdateBody(Size, budget))
            {
                Assert.Equal(400, (await update.ReadAsync(Request(body), CancellationToken.None))?.StatusCode);
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(i < 2 || taken < LittleMemory, $"{taken} bytes for body {i}");
        }

        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task An_update_is_not_overwritten_by_later_bodies()
    {
        var body = Messages.Typed(1, 0, new string('x', Size));
        ReadOnlyMemory<byte> kept;
        using (var update = new UpdateBody(2 * Size, budget))
        {
            Assert.Null(await update.ReadAsync(Request(body), CancellationToken.None));
            kept = update.Update;
        }

        using (var other = new UpdateBody(2 * Size, budget))
        {
            await other.ReadAsync(Request(new byte[body.Length]), CancellationToken.None);
        }

        Assert.True(kept.Span.SequenceEqual(body));
    }

    private static HttpContext Request(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = UpdateBody.ContentType;
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body);
        return context;
    }
}
