using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Problems;
using Relay.Telemetry;

namespace Relay.Node;

/// <summary>Refusals of a whole node, as problem details.</summary>
public sealed class ProblemTests
{
    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/api/nowhere", 404)]
    [InlineData("GET", "/api/documents/a/b", 404)]
    [InlineData("GET", "/api/documents/%FF", 400)]
    [InlineData("GET", "/api/documents/none", 404)]
    [InlineData("GET", "/yjs/%FF", 400)]
    [InlineData("GET", "/yjs/doc", 426)]
    [InlineData("GET", "/hocuspocus", 426)]
    [InlineData("POST", "/api/admin/kick", 415)]
    public async Task Every_refusal_has_a_status_a_title_and_a_sentence(string method, string path, int status)
    {
        await using var node = await TestNode.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        var (read, sentence) = await ProblemAnswer.ReadAsync(answer);
        Assert.Equal(status, read);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
    }

    /// <summary>The framework would add the id of a trace, and answer this client without a body.</summary>
    [Fact]
    public async Task A_refusal_has_these_members_for_every_client()
    {
        await using var node = await TestNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents/none");
        request.Headers.Add("Accept", "text/html");
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        const string text =
            "{\"type\":\"docs/protocol.md#problem-no-document\",\"title\":\"There is no such document\","
            + "\"status\":404,\"detail\":\"There is no such document.\"}";
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_ones()
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await node.Http.DeleteAsync(new Uri("/api/admin/kick", UriKind.Relative))
            .WaitAsync(TestNode.Patience);
        Assert.Equal((405, "This address does not take DELETE; Allow says what it takes."),
            await ProblemAnswer.ReadAsync(answer));
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task What_goes_wrong_inside_is_not_told_to_the_asker()
    {
        var (context, text) = await AnswerAsync(new InvalidDataException("a secret of the inside"));
        Assert.Equal((500, "application/problem+json"), (context.Response.StatusCode, context.Response.ContentType));
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Contains("\"instance\":\"urn:relay:request:7\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_to_read_is_a_problem_too()
    {
        var (context,
            text) = await AnswerAsync(new BadHttpRequestException("Inside.", StatusCodes.Status413PayloadTooLarge));
        Assert.Equal((413, "application/problem+json"), (context.Response.StatusCode, context.Response.ContentType));
        Assert.Contains("\"detail\":\"The body is too large.\"", text, StringComparison.Ordinal);
    }

    private static async Task<(HttpContext Context, string Text)> AnswerAsync(Exception thrown)
    {
        using var metrics = new RelayMetrics(new NodeGauges(() => 0, () => 0, () => 0, () => true));
        using var body = new MemoryStream();
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext
        {
            RequestServices = services,
            Response = { Body = body },
            TraceIdentifier = "7",
        };
        await new RefusalPages(metrics, NullLogger<RefusalPages>.Instance).InvokeAsync(context, _ => throw thrown);
        return (context, Encoding.UTF8.GetString(body.ToArray()));
    }
}
