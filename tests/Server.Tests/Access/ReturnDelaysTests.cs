using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Relay.Access;

/// <summary>Clients that take no notice of close codes.</summary>
public sealed class ReturnDelaysTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    private static readonly IServiceProvider Services = new ServiceCollection().AddLogging().BuildServiceProvider();

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Who_comes_back_after_a_refusal_that_will_repeat_waits_longer_each_time()
    {
        var delays = new ReturnDelays(time);
        var waits = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            delays.Closed(Here, "d", null, 4413);
            var wait = delays.Take(Here, "d", null);
            waits.Add(wait.TotalSeconds);
            Pass(wait);
        }

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 10, 10, 10], waits);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(4501)]
    [InlineData(4503)]
    public void Other_ends_make_no_client_wait(int? code)
    {
        var delays = new ReturnDelays(time);
        delays.Closed(Here, "d", null, code);
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d", null));
    }

    [Fact]
    public void The_wait_is_taken_along_so_others_of_the_same_address_come_in_meanwhile()
    {
        var delays = new ReturnDelays(time);
        delays.Closed(Here, "d", null, 4413);
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "other", null));
        Assert.Equal(TimeSpan.Zero, delays.Take(IPAddress.Parse("192.0.2.2"), "d", null));
        Assert.NotEqual(TimeSpan.Zero, delays.Take(Here, "d", null));
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d", null));
    }

    [Fact]
    public void Users_and_browsers_of_one_address_are_told_apart()
    {
        var delays = new ReturnDelays(time);
        delays.Closed(Here, "d", "ada", 4413);
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d", "bob"));
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d", null));
        Assert.Equal(ReturnDelays.FirstWait, delays.Take(Here, "d", "ada"));
    }

    [Fact]
    public void Another_reason_or_two_quiet_minutes_begin_anew()
    {
        var delays = new ReturnDelays(time);
        for (var i = 0; i < 5; i++)
        {
            delays.Closed(Here, "d", null, 4413);
        }

        delays.Closed(Here, "d", null, 4400);
        Assert.Equal(ReturnDelays.FirstWait, delays.Take(Here, "d", null));
        delays.Closed(Here, "d", null, 4400);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d", null));
        delays.Closed(Here, "d", null, 4400);
        Assert.Equal(ReturnDelays.FirstWait, delays.Take(Here, "d", null));
    }

    [Fact]
    public void Its_memory_has_an_end()
    {
        var delays = new ReturnDelays(time, maxEntries: 10);
        for (var i = 0; i < 100; i++)
        {
            delays.Closed(Here, $"d{i}", null, 4413);
        }

        Assert.Equal(TimeSpan.Zero, delays.Take(Here, "d0", null));
        Assert.NotEqual(TimeSpan.Zero, delays.Take(Here, "d99", null));
    }

    [Fact]
    public async Task A_request_waits_without_a_thread_and_one_too_many_is_refused_at_once()
    {
        var delays = new ReturnDelays(time);
        var room = new WaitingRoom(delays, time, CancellationToken.None, places: 1);
        delays.Closed(Here, "d", null, 4413);
        delays.Closed(Here, "e", null, 4413);
        var first = room.MayGoOnAsync(Request(), "d", null).AsTask();
        Assert.False(first.IsCompleted);
        var second = Request();
        Assert.False(await room.MayGoOnAsync(second, "e", null));
        Assert.Equal((429, "1"), (second.Response.StatusCode, second.Response.Headers.RetryAfter.ToString()));
        Assert.True(await room.MayGoOnAsync(Request(), "d", null));
        Pass(ReturnDelays.FirstWait);
        Assert.True(await first);
        Assert.Equal(0, room.Count);
    }

    [Fact]
    public async Task One_that_gives_up_while_it_waits_frees_its_place()
    {
        var delays = new ReturnDelays(time);
        var room = new WaitingRoom(delays, time, CancellationToken.None);
        delays.Closed(Here, "d", null, 4413);
        var request = Request();
        using var gone = new CancellationTokenSource();
        request.RequestAborted = gone.Token;
        var waiting = room.MayGoOnAsync(request, "d", null).AsTask();
        Assert.Equal(1, room.Count);
        await gone.CancelAsync();
        Assert.False(await waiting);
        Assert.Equal(0, room.Count);
    }

    [Fact]
    public async Task A_node_that_stops_lets_those_who_wait_in_to_be_told()
    {
        var delays = new ReturnDelays(time);
        using var stopping = new CancellationTokenSource();
        var room = new WaitingRoom(delays, time, stopping.Token);
        delays.Closed(Here, "d", null, 4413);
        var waiting = room.MayGoOnAsync(Request(), "d", null).AsTask();
        Assert.False(waiting.IsCompleted);
        await stopping.CancelAsync();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_plain_question_for_the_status_takes_no_wait()
    {
        var delays = new ReturnDelays(time);
        var room = new WaitingRoom(delays, time, CancellationToken.None);
        delays.Closed(Here, "d", null, 4413);
        var question = Request();
        question.Request.Headers.Remove("Upgrade");
        Assert.True(await room.MayGoOnAsync(question, "d", null));
        Assert.NotEqual(TimeSpan.Zero, delays.Take(Here, "d", null));
    }

    private static DefaultHttpContext Request()
    {
        var context = new DefaultHttpContext { RequestServices = Services };
        context.Connection.RemoteIpAddress = Here;
        context.Request.Headers.Upgrade = "websocket";
        return context;
    }

    private void Pass(TimeSpan by) => time.Advance(by);
}
