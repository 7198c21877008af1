//! A model's tests, in sentences.

use super::Site;
use super::html::{Html, html, tag};
use crate::program::{Expected, ModelId, Test, Value};

impl Site<'_> {
    pub(super) fn tests_of(&self, id: ModelId) -> Html {
        let tests: Vec<&Test> = self.program.tests.iter().filter(|test| test.model == id).collect();
        let heading = tag("h2", self.say("Tests", "测试"));
        if tests.is_empty() {
            return html![heading, tag("p", self.say("It has no tests.", "没有测试。"))];
        }
        let tests: Html = tests.into_iter().map(|test| tag("li", self.test(test))).collect();
        html![heading, tag("ul", tests)]
    }

    fn test(&self, test: &Test) -> Html {
        let given: Vec<Html> = test
            .given
            .iter()
            .map(|given| {
                let (count, source) = (given.rows.len(), self.link_source(given.source));
                let rows = self.say(if count == 1 { " row of " } else { " rows of " }, " 条 ");
                html![count.to_string(), rows, source]
            })
            .collect();
        let given = Html::joined(given, self.say(", ", "、"));
        let mut line = html![tag("strong", &test.title), self.say(": given ", "：给定 "), given];
        if let Some(profile) = &test.profile {
            line.push(html![self.say(", in profile ", "，方案 "), tag("code", profile)]);
        }
        for (parameter, value) in &test.set {
            if let Some(parameter) = self.program.parameters.get(parameter.index()) {
                let value = self.shown(value, &parameter.ty.kind);
                line.push(html![self.say(", with ", "，取 "), tag("code", &parameter.name), " = ", value]);
            }
        }
        if !test.outages.is_empty() {
            let sources = test.outages.iter().map(|(source, ..)| self.link_source(*source));
            line.push(html![self.say(", with an outage of ", "，断供 "), Html::joined(sources, self.say(", ", "、"))]);
        }
        if let Some(at) = test.at {
            line.push(html![self.say(", at ", "，时刻 "), self.time(at)]);
        }
        line.push(self.say(", it must say ", "，应当"));
        if test.expect.is_empty() {
            line.push(self.say("nothing", "不预警"));
        } else {
            let expected = test.expect.iter().map(|expected| self.expected(expected));
            line.push(html![self.say("", "发出 "), Html::joined(expected, self.say(" and ", "、"))]);
        }
        line.push(self.say(".", "。"));
        line
    }

    fn expected(&self, expected: &Expected) -> Html {
        let mut line = self.level(expected.level);
        if !expected.about.is_empty() {
            line.push(self.say(" about ", "，对象 "));
            line.push(Html::joined(expected.about.iter(), " + "));
        }
        if let Some(at) = expected.at {
            line.push(html![self.say(" at ", "，时刻 "), self.time(at)]);
        }
        if let Some(message) = &expected.message {
            line.push(html![self.say(" with the message ", "，消息 "), tag("q", message)]);
        }
        line
    }

    fn time(&self, time: i64) -> String {
        self.shown(&Value::Time(time), &crate::program::Kind::Time)
    }
}
