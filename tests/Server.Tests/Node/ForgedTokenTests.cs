using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Relay.Access;
using Relay.Doubles;

namespace Relay.Node;

public sealed class ForgedTokenTests
{
    [Fact]
    public async Task Wrong_signatures_are_refused_unchecked_after_some_and_a_token_that_was_good_goes_on()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var claims = TestTokens.Claims(DateTimeOffset.UtcNow);
        var good = TestTokens.OfSecret(claims);
        var wrong = TestTokens.OfSecret(claims, new byte[48]);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, good));
        var answers = new List<HttpStatusCode>();
        while (answers.Count < 10 * ForgedTokens.PerMinute && !answers.Contains(HttpStatusCode.TooManyRequests))
        {
            answers.Add(await StatusAsync(node, wrong));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.All(answers[..^1], status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.InRange(answers.Count, ForgedTokens.PerMinute, 10 * ForgedTokens.PerMinute);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, good));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestNode node, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents/doc");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        return answer.StatusCode;
    }
}
